// What C++ can come to: the fields in columns by account, eight sessions to an AVX2 vector. The operations of
// `Body<float>::step` in their order, so the same bits.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "motion.h"
#include "session.h"
#include "workloads.h"

namespace botref {

#ifdef __AVX2__
inline constexpr bool kHasColumns = true;
#else
inline constexpr bool kHasColumns = false;
#endif

/// W0, W1 and W4 in f32. Rows from `count` to `padded` are no session's: their state is free.
class Columns {
 public:
  void load(const std::vector<BotSession*>& sessions);
  void store(const std::vector<BotSession*>& sessions) const;
  uint32_t count() const { return count_; }
  uint32_t padded() const { return padded_; }

  /// Rows [from, to), `from` a multiple of 8. Lanes that are not active are computed and thrown away.
  void update(uint32_t from, uint32_t to, Workload workload, const Tick<float>& t);

 private:
  static constexpr size_t kColumns = 10;
  /// Five cache lines: columns a multiple of 4 KiB apart would share sets of the cache.
  static constexpr size_t kApart = 80;

  uint32_t count_ = 0, padded_ = 0;
  std::unique_ptr<float[], void (*)(void*)> block_{nullptr, std::free};
  float *x_, *y_, *vx_, *vy_, *hp_, *targetX_, *targetY_;
  uint32_t *rng_, *updateCount_, *repeat_;
  std::vector<double> lastUpdateMs_;
  std::vector<SessionState> state_;
};

inline void Columns::load(const std::vector<BotSession*>& sessions) {
  count_ = uint32_t(sessions.size());
  padded_ = (count_ + 63) & ~63u;
  const size_t step = padded_ + kApart, bytes = step * kColumns * sizeof(float);
  block_.reset(static_cast<float*>(std::aligned_alloc(64, bytes)));
  std::memset(block_.get(), 0, bytes);
  float* next = block_.get();
  for (float** column : {&x_, &y_, &vx_, &vy_, &hp_, &targetX_, &targetY_}) {
    *column = next;
    next += step;
  }
  for (uint32_t** column : {&rng_, &updateCount_, &repeat_}) {
    *column = reinterpret_cast<uint32_t*>(next);
    next += step;
  }
  lastUpdateMs_.assign(padded_, 0.0);
  state_.assign(padded_, SessionState::free);
  for (uint32_t i = 0; i < count_; ++i) {
    const BotSession& s = *sessions[i];
    x_[i] = s.x;
    y_[i] = s.y;
    vx_[i] = s.vx;
    vy_[i] = s.vy;
    hp_[i] = s.hp;
    targetX_[i] = s.targetX;
    targetY_[i] = s.targetY;
    rng_[i] = s.rng;
    updateCount_[i] = s.updateCount;
    repeat_[i] = s.repeat;
    state_[i] = s.state;
  }
}

inline void Columns::store(const std::vector<BotSession*>& sessions) const {
  for (uint32_t i = 0; i < count_; ++i) {
    BotSession& s = *sessions[i];
    s.x = x_[i];
    s.y = y_[i];
    s.vx = vx_[i];
    s.vy = vy_[i];
    s.hp = hp_[i];
    s.targetX = targetX_[i];
    s.targetY = targetY_[i];
    s.rng = rng_[i];
    s.updateCount = updateCount_[i];
    s.lastUpdateMs = lastUpdateMs_[i];
  }
}

}  // namespace botref

#include "columns-avx2.h"
