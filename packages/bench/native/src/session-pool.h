// The design's pool: a thousand sessions made before they are wanted, a lock-free stack of those that are free, more on
// demand.
#pragma once

#include <atomic>
#include <boost/lockfree/stack.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "belongings.h"
#include "rings.h"
#include "session.h"

namespace botref {

/// heap: every session its own allocation, as the design writes it. arena: one block of `kPoolSize`, then blocks of
/// `kGrowBy`. soa: as arena, and `Columns` beside it.
enum class Layout { heap, arena, soa };

/// Owns all sessions, their rings and their belongings.
class SessionPool {
 public:
  static constexpr size_t kPoolSize = 1000, kGrowBy = 100;

  SessionPool(Layout layout, bool withBelongings) : layout_(layout), withBelongings_(withBelongings) {
    if (layout_ != Layout::heap) {
      grow(kPoolSize);
      return;
    }
    std::vector<BotSession*> made(kPoolSize);
    for (BotSession*& s : made) s = create();
    for (size_t i = kPoolSize; i-- > 0;) available_.push(made[i]);
  }
  /// All sessions must have been released.
  ~SessionPool() {
    if (layout_ == Layout::heap) available_.consume_all([this](BotSession* s) { destroy(s); });
  }

  /// A session that has just started. From any thread.
  BotSession* acquire(uint32_t accountId, double nowMs) {
    BotSession* s = nullptr;
    if (!available_.pop(s)) s = make();
    if (!s->rings) giveRings(*s);
    startSession(*s, accountId, nowMs);
    if (withBelongings_) *s->belongings = Belongings{};
    return s;
  }

  /// From any thread.
  void release(BotSession* s) {
    s->state = SessionState::free;
    s->inHead = s->inTail = s->outHead = s->outTail = 0;
    if (layout_ != Layout::heap)
      available_.push(s);
    else if (!available_.bounded_push(s))  // The pool is full.
      destroy(s);
  }

  /// Rings of a session that falls asleep: in a block they stay where they are. From any thread.
  void dropRings(BotSession& s) {
    if (layout_ != Layout::heap) return;
    delete[] s.rings;
    s.rings = nullptr;
  }
  /// Not zeroed, so not resident before they are used.
  static void giveRings(BotSession& s) { s.rings = new uint8_t[size_t(2) * ringBytes]; }

  size_t onDemand() const { return onDemand_.load(std::memory_order_relaxed); }

 private:
  BotSession* create() {
    auto* s = new BotSession;
    giveRings(*s);
    if (withBelongings_) s->belongings = new Belongings;
    return s;
  }
  void destroy(BotSession* s) {
    delete[] s->rings;
    delete s->belongings;
    delete s;
  }
  BotSession* make() {
    if (layout_ == Layout::heap) {
      onDemand_.fetch_add(1, std::memory_order_relaxed);
      return create();
    }
    std::lock_guard lock(growing_);
    BotSession* s = nullptr;
    while (!available_.pop(s)) {
      grow(kGrowBy);
      onDemand_.fetch_add(kGrowBy, std::memory_order_relaxed);
    }
    return s;
  }
  void grow(size_t count) {
    auto block = std::make_unique<BotSession[]>(count);
    auto rings = std::make_unique_for_overwrite<uint8_t[]>(count * 2 * ringBytes);
    auto belongings = withBelongings_ ? std::make_unique<Belongings[]>(count) : nullptr;
    for (size_t i = count; i-- > 0;) {
      block[i].rings = rings.get() + i * 2 * ringBytes;
      if (withBelongings_) block[i].belongings = &belongings[i];
      available_.push(&block[i]);
    }
    blocks_.push_back(std::move(block));
    ringBlocks_.push_back(std::move(rings));
    belongingBlocks_.push_back(std::move(belongings));
  }

  const Layout layout_;
  const bool withBelongings_;
  boost::lockfree::stack<BotSession*> available_{kPoolSize};
  // Of arena and soa; written under `growing_`.
  std::vector<std::unique_ptr<BotSession[]>> blocks_;
  std::vector<std::unique_ptr<uint8_t[]>> ringBlocks_;
  std::vector<std::unique_ptr<Belongings[]>> belongingBlocks_;
  std::mutex growing_;
  std::atomic<size_t> onDemand_{0};
};

}  // namespace botref
