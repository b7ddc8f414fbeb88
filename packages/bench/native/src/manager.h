// The BotSessionMgr of the design: creates, finds, updates, lets sleep and wakes sessions, and keeps its metrics.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "account-index.h"
#include "columns.h"
#include "options.h"
#include "process-usage.h"
#include "scheduler.h"
#include "session-pool.h"
#include "workloads.h"

namespace botref {

/// As in the design: written by the calling thread, atomic for whoever reads them beside it.
struct GlobalMetrics {
  std::atomic<uint32_t> activeSessions{0}, hibernatedSessions{0};
  std::atomic<uint64_t> totalPackets{0}, totalMemoryKiB{0};
  std::atomic<uint64_t> totalUpdatesProcessed{0}, totalBatchesProcessed{0};
  std::atomic<float> avgCpuPercent{0.0f};
};

/// All calls come from one thread, except `get`.
class BotSessionMgr {
 public:
  explicit BotSessionMgr(const Options& options)
      : options_(options),
        pool_(options.layout, options.workload == Workload::W5),
        scheduler_(options.scheduler, options.participants()) {
    index_.reserve(SessionPool::kPoolSize);
    metricsAt_ = Clock::now();
    metricsCpuUs_ = cpuMicros();
  }
  ~BotSessionMgr() {
    std::vector<uint32_t> ids;
    index_.forEach([&](BotSession* s) { ids.push_back(s->accountId); });
    releaseBatch(ids);
  }

  void createBatch(const std::vector<uint32_t>& ids, double nowMs) {
    for (uint32_t id : ids) {
      BotSession* const s = pool_.acquire(id, nowMs);
      if (!index_.insert(id, s)) pool_.release(s);
    }
  }
  void releaseBatch(const std::vector<uint32_t>& ids) {
    for (uint32_t id : ids)
      if (BotSession* s = index_.erase(id)) pool_.release(s);
  }
  BotSession* get(uint32_t accountId) const { return index_.find(accountId); }

  /// By ascending account: the order of the checksum, of ranks, and of `--collect list`.
  std::vector<BotSession*> sorted() const {
    std::vector<BotSession*> all;
    index_.forEach([&](BotSession* s) { all.push_back(s); });
    std::sort(all.begin(), all.end(), [](auto* a, auto* b) { return a->accountId < b->accountId; });
    return all;
  }

  /// From now on these are the sessions, in that order; the index is not walked any more.
  void useList(const std::vector<BotSession*>& list) { queue_ = list_ = list; }

  /// The design's first phase, queueing what is active: the index is walked each tick; a list only where somebody has
  /// fallen asleep or was woken.
  void collect() {
    if (!list_.empty() && !sleepersChanged_) return;
    queue_.clear();
    forEachSession([this](BotSession* s) {
      if (s->state == SessionState::active) queue_.push_back(s);
    });
    sleepersChanged_ = false;
  }

  template <class Real>
  void updateAll(const Tick<Real>& t, const Hotspot& hotspot) {
    const size_t total = queue_.size(), size = options_.batch, batches = (total + size - 1) / size;
    if (total == 0) return;
    scheduler_.forBatches(batches, [&](size_t first, size_t last) {
      for (size_t b = first; b != last; ++b) {
        const size_t at = b * size;
        updateBatch<Real>({queue_.data() + at, std::min(size, total - at)}, options_.workload, t, hotspot);
      }
    });
    afterTick(total, batches);
  }

  void updateColumns(Columns& columns, const Tick<float>& t) {
    const size_t size = options_.batch, batches = (columns.count() + size - 1) / size;
    scheduler_.forBatches(batches, [&](size_t first, size_t last) {
      for (size_t b = first; b != last; ++b)
        columns.update(uint32_t(b * size), uint32_t(std::min<size_t>((b + 1) * size, columns.padded())),
                       options_.workload, t);
    });
    afterTick(columns.count(), batches);
  }

  /// Who has been inactive for so long, with nothing pending: the rings go, the session itself stays.
  size_t hibernateInactive(double nowMs, double thresholdMs) {
    std::vector<BotSession*> idle;
    forEachSession([&](BotSession* s) {
      if (s->state == SessionState::active && nowMs - s->lastActivityMs >= thresholdMs && s->inHead == s->inTail &&
          s->outHead == s->outTail)
        idle.push_back(s);
    });
    constexpr size_t size = 32;
    scheduler_.forBatches((idle.size() + size - 1) / size, [&](size_t first, size_t last) {
      for (size_t i = first * size; i < std::min(last * size, idle.size()); ++i) {
        pool_.dropRings(*idle[i]);
        idle[i]->state = SessionState::hibernated;
      }
    });
    if (!idle.empty()) sleepersChanged_ = true;
    return idle.size();
  }
  void wake(BotSession& s, double nowMs) {
    if (!s.rings) SessionPool::giveRings(s);
    s.inHead = s.inTail = s.outHead = s.outTail = 0;
    s.state = SessionState::active;
    s.lastActivityMs = nowMs;
    sleepersChanged_ = true;
  }
  size_t reactivateMap(uint32_t mapId, double nowMs) {
    size_t woken = 0;
    index_.forEach([&](BotSession* s) {
      if (s->state != SessionState::hibernated || s->mapId != mapId) return;
      wake(*s, nowMs);
      ++woken;
    });
    return woken;
  }

  Scheduler& scheduler() { return scheduler_; }
  const SessionPool& pool() const { return pool_; }

 private:
  template <class Visit>
  void forEachSession(Visit&& visit) const {
    if (list_.empty())
      index_.forEach(visit);
    else
      for (BotSession* s : list_) visit(s);
  }

  void afterTick(size_t updates, size_t batches) {
    metrics_.totalUpdatesProcessed.fetch_add(updates, std::memory_order_relaxed);
    metrics_.totalBatchesProcessed.fetch_add(batches, std::memory_order_relaxed);
    const auto now = Clock::now();
    if (now - metricsAt_ >= std::chrono::seconds(1)) refreshMetrics(now);
  }
  void refreshMetrics(Clock::time_point now) {
    uint32_t active = 0, hibernated = 0;
    uint64_t packets = 0, memory = 0;
    index_.forEach([&](BotSession* s) {
      active += s->state == SessionState::active;
      hibernated += s->state == SessionState::hibernated;
      packets += s->packetsIn + s->packetsOut;
      memory += sizeof(BotSession) + (s->rings ? 2 * ringBytes : 0);
    });
    metrics_.activeSessions = active;
    metrics_.hibernatedSessions = hibernated;
    metrics_.totalPackets = packets;
    metrics_.totalMemoryKiB = memory / 1024;
    const double cpuUs = cpuMicros();
    metrics_.avgCpuPercent = float(100 * (cpuUs - metricsCpuUs_) / microsBetween(metricsAt_, now));
    metricsCpuUs_ = cpuUs;
    metricsAt_ = now;
  }

  const Options& options_;
  SessionPool pool_;
  Scheduler scheduler_;
  AccountIndex index_;
  /// Empty where the index is walked.
  std::vector<BotSession*> list_;
  std::vector<BotSession*> queue_;
  bool sleepersChanged_ = false;
  GlobalMetrics metrics_;
  Clock::time_point metricsAt_;
  double metricsCpuUs_ = 0;
};

}  // namespace botref
