// Who runs the batches of a tick.
#pragma once

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include <cstddef>
#include <functional>
#include <memory>

#include "static-pool.h"

namespace botref {

/// tbb: `parallel_for`, as the design has it. fixed: `StaticPool`. serial: the calling thread alone.
enum class SchedulerKind { tbb, fixed, serial };

class Scheduler {
 public:
  Scheduler(SchedulerKind kind, unsigned threads)
      : kind_(kind), limit_(tbb::global_control::max_allowed_parallelism, threads) {
    if (kind == SchedulerKind::fixed) static_ = std::make_unique<StaticPool>(threads);
  }

  /// Calls `body(first, last)` for ranges that cover 0…batches − 1, each once; over when all are.
  template <class Body>
  void forBatches(size_t batches, const Body& body) {
    switch (kind_) {
      case SchedulerKind::tbb:
        tbb::parallel_for(tbb::blocked_range<size_t>(0, batches),
                          [&](const tbb::blocked_range<size_t>& range) { body(range.begin(), range.end()); });
        break;
      case SchedulerKind::fixed:
        static_->run(batches, StaticPool::Share(std::ref(body)));
        break;
      case SchedulerKind::serial:
        body(size_t(0), batches);
        break;
    }
  }

 private:
  const SchedulerKind kind_;
  tbb::global_control limit_;
  std::unique_ptr<StaticPool> static_;
};

}  // namespace botref
