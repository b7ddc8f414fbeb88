// One update of each session of a batch, as docs/workloads.md says.
#pragma once

#include <cstdint>
#include <span>

#include "belongings.h"
#include "motion.h"
#include "packets.h"
#include "repeats.h"
#include "session.h"

namespace botref {

enum class Workload { W0, W1, W2, W3, W4, W5, W6, W7, W8 };

/// W8: who has had no packet for that long falls asleep; looked for each so many ticks, packets come each so many, to
/// each so-manieth.
inline constexpr double kIdleMs = 1500;
inline constexpr uint32_t kIdleScanTicks = 10, kPacketTicks = 20, kPacketShare = 10;

/// Each workload is a function of its own, and all that it does is inlined into it: in one for all, compilers give up
/// inlining the step.
template <class Update>
[[gnu::noinline]] void updateActive(std::span<BotSession* const> batch, double nowMs, const Update update) {
  for (BotSession* s : batch) {
    if (s->state != SessionState::active) continue;
    ++s->updateCount;
    s->lastUpdateMs = nowMs;
    update(*s);
  }
}

template <class Real>
[[gnu::always_inline]] inline void makeSteps(BotSession& s, uint32_t repeat, const Tick<Real>& t) {
  Body<Real> body(s);
  for (uint32_t k = repeat; k > 0; --k) body.step(t);
  body.store(s);
}

template <class Real>
void updateBatch(std::span<BotSession* const> batch, Workload workload, const Tick<Real>& t, const Hotspot& hotspot) {
  switch (workload) {
    case Workload::W0:
      return updateActive(batch, t.nowMs, [](BotSession&) {});
    case Workload::W1:
      return updateActive(batch, t.nowMs, [t](BotSession& s) {
        Body<Real> body(s);
        body.step(t);
        body.store(s);
      });
    case Workload::W2:
      return updateActive(batch, t.nowMs, [t](BotSession& s) {
        Body<Real> body(s);
        drainInbound(s, body, t.nowMs);
        body.step(t);
        body.store(s);
        emitOutbound(s);
      });
    case Workload::W3:
    case Workload::W4:
    case Workload::W6:
      return updateActive(batch, t.nowMs, [t](BotSession& s) { makeSteps(s, s.repeat, t); });
    case Workload::W5:
      return updateActive(batch, t.nowMs, [](BotSession& s) { changeBelongings(s); });
    case Workload::W7:
      return updateActive(batch, t.nowMs,
                          [t, hotspot](BotSession& s) { makeSteps(s, hotspot.repeat(s.accountId), t); });
    case Workload::W8:
      return updateActive(batch, t.nowMs, [t](BotSession& s) {
        Body<Real> body(s);
        drainInbound(s, body, t.nowMs);
        body.step(t);
        body.store(s);
      });
  }
}

}  // namespace botref
