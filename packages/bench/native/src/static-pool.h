// Threads that stay, one contiguous share of the batches each, no stealing: what oneTBB is compared with.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace botref {

inline void spinPause() {
#ifdef __x86_64__
  _mm_pause();
#endif
}

/// Protocol: the caller writes `body_`, `batches_` and `pending_`, then adds one to `epoch_` (release); a worker that
/// sees the new epoch (acquire) sees them. Each worker takes one from `pending_` (acq_rel) when its share is done, so
/// the caller that sees 0 (acquire) sees all that was computed. Both wait by spinning a while, then asleep on the
/// atomic.
class StaticPool {
 public:
  using Share = std::function<void(size_t first, size_t last)>;

  explicit StaticPool(unsigned threads) : threads_(threads) {
    for (unsigned t = 1; t < threads_; ++t) workers_.emplace_back([this, t] { work(t); });
  }
  ~StaticPool() {
    stop_.store(true);
    epoch_.fetch_add(1);
    epoch_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void run(size_t batches, const Share& body) {
    body_ = &body;
    batches_ = batches;
    pending_.store(threads_ - 1, std::memory_order_relaxed);
    epoch_.fetch_add(1, std::memory_order_release);
    if (threads_ > 1) epoch_.notify_all();
    share(0);
    for (unsigned left, spins = 0; (left = pending_.load(std::memory_order_acquire)) != 0;) {
      if (++spins < kSpins)
        spinPause();
      else
        pending_.wait(left);
    }
  }

 private:
  static constexpr unsigned kSpins = 500;

  void share(unsigned t) { (*body_)(batches_* t / threads_, batches_ * (t + 1) / threads_); }

  void work(unsigned t) {
    uint32_t seen = 0;
    for (;;) {
      for (unsigned spins = 0; epoch_.load(std::memory_order_acquire) == seen;) {
        if (++spins < kSpins)
          spinPause();
        else
          epoch_.wait(seen);
      }
      ++seen;
      if (stop_.load()) return;
      share(t);
      if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) pending_.notify_one();
    }
  }

  const unsigned threads_;
  std::vector<std::thread> workers_;
  const Share* body_ = nullptr;
  size_t batches_ = 0;
  std::atomic<uint32_t> epoch_{0}, pending_{0};
  std::atomic<bool> stop_{false};
};

}  // namespace botref
