#include <algorithm>
#include <thread>
#include <type_traits>

#include "checksum.h"
#include "dump.h"
#include "manager.h"
#include "modes.h"
#include "report.h"

namespace botref {

namespace {

/// µs of the phases of each timed tick.
struct PhaseTimes {
  std::vector<double> ingestUs, collectUs, updateUs, egressUs, sleepUs, tickUs;

  explicit PhaseTimes(size_t ticks) {
    for (auto* phase : {&ingestUs, &collectUs, &updateUs, &egressUs, &sleepUs, &tickUs}) phase->reserve(ticks);
  }
};

uint32_t repeatOf(const Options& o, uint32_t rank) {
  switch (o.workload) {
    case Workload::W3:
      return zipfRepeat(rank, o.sessions);
    case Workload::W4:
      return kHeavySteps;
    case Workload::W6:
      return randomRepeat(o.firstAccount + rank);
    default:
      return 1;
  }
}

/// Before a tick: W2 has a packet for everybody, W8 for a tenth each two seconds, who wake by it.
void bringPackets(BotSessionMgr& manager, const std::vector<BotSession*>& list, const Options& o, uint32_t tick,
                  double nowMs) {
  if (o.workload == Workload::W2) {
    for (BotSession* s : list) ingest(*s, tick);
  } else if (o.workload == Workload::W8 && tick % kPacketTicks == 0) {
    const uint32_t period = tick / kPacketTicks;
    for (size_t i = (kPacketShare - period % kPacketShare) % kPacketShare; i < list.size(); i += kPacketShare) {
      if (list[i]->state == SessionState::hibernated) manager.wake(*list[i], nowMs);
      ingest(*list[i], tick);
    }
  }
}

uint64_t updatesOf(const std::vector<BotSession*>& sessions) {
  uint64_t updates = 0;
  for (const BotSession* s : sessions) updates += s->updateCount;
  return updates;
}

}  // namespace

template <class Real>
void measureUpdates(const Options& o) {
  Report report(o);
  const std::vector<uint32_t> ids = accountIds(o);
  const long rssStart = rssKiB();
  auto begin = Clock::now();
  BotSessionMgr manager(o);
  const double poolInitUs = microsSince(begin);
  const long rssAfterPool = rssKiB();
  begin = Clock::now();
  manager.createBatch(ids, kEpochMs);
  const double createUs = microsSince(begin);
  const long rssAfterCreate = rssKiB();

  const std::vector<BotSession*> list = manager.sorted();
  for (uint32_t rank = 0; rank < list.size(); ++rank) list[rank]->repeat = repeatOf(o, rank);
  Columns columns;
  const bool inColumns = o.layout == Layout::soa;
  if (inColumns) columns.load(list);
  if (!o.collectFromMap) manager.useList(list);

  const uint32_t skip = o.skip < 0 ? o.ticks / 10 : uint32_t(o.skip);
  PhaseTimes times(o.ticks);
  Egress taken;
  uint64_t updatesBefore = 0;
  double cpuBegin = cpuMicros();
  auto wallBegin = Clock::now();
  auto next = wallBegin;
  for (uint32_t tick = 0; tick < o.ticks; ++tick) {
    if (tick == skip) {
      updatesBefore = inColumns ? uint64_t(skip) * o.sessions : updatesOf(list);
      cpuBegin = cpuMicros();
      wallBegin = Clock::now();
    }
    const double nowMs = kEpochMs + double(o.diffMs) * (tick + 1);
    const Tick<Real> t(o.diffMs, nowMs);
    const auto a = Clock::now();
    bringPackets(manager, list, o, tick, nowMs);
    const auto b = Clock::now();
    manager.collect();
    const auto c = Clock::now();
    const Hotspot hotspot(o.firstAccount, o.sessions, tick);
    if constexpr (std::is_same_v<Real, float>) {
      if (inColumns)
        manager.updateColumns(columns, t);
      else
        manager.updateAll(t, hotspot);
    } else {
      manager.updateAll(t, hotspot);
    }
    const auto d = Clock::now();
    if (o.workload == Workload::W2) egress(list, taken);
    const auto e = Clock::now();
    if (o.workload == Workload::W8 && (tick + 1) % kIdleScanTicks == 0) manager.hibernateInactive(nowMs, kIdleMs);
    const auto f = Clock::now();
    if (tick >= skip) {
      times.ingestUs.push_back(microsBetween(a, b));
      times.collectUs.push_back(microsBetween(b, c));
      times.updateUs.push_back(microsBetween(c, d));
      times.egressUs.push_back(microsBetween(d, e));
      times.sleepUs.push_back(microsBetween(e, f));
      times.tickUs.push_back(microsBetween(a, f));
    }
    if (o.periodUs) std::this_thread::sleep_until(next += std::chrono::microseconds(o.periodUs));
  }
  const double cpuUs = cpuMicros() - cpuBegin, wallUs = microsSince(wallBegin);
  const long rssAfterTicks = rssKiB();
  if (inColumns) columns.store(list);
  if (!o.dump.empty()) dumpSessions(o.dump, list);
  const uint32_t checksum = checksumOf(list);
  const uint64_t updates = updatesOf(list);
  uint64_t packetsIn = 0, packetsOut = 0, dropped = 0;
  for (const BotSession* s : list) {
    packetsIn += s->packetsIn;
    packetsOut += s->packetsOut;
    dropped += s->dropped;
  }
  begin = Clock::now();
  manager.releaseBatch(ids);
  const double releaseUs = microsSince(begin);

  const Stat update(times.updateUs);
  const double timedTicks = double(times.updateUs.size());
  const double updatesPerTick = double(updates - updatesBefore) / timedTicks;
  report.number("measuredTicks", timedTicks);
  report.stat("ingestUs", Stat(times.ingestUs));
  report.stat("collectUs", Stat(times.collectUs));
  report.stat("updateUs", update);
  report.stat("egressUs", Stat(times.egressUs));
  report.stat("sleepUs", Stat(times.sleepUs));
  report.stat("tickUs", Stat(times.tickUs));
  if (o.everyTick) report.series("everyTickUs", times.tickUs);
  report.number("nsPerSessionUpdate", update.median * 1000 / updatesPerTick);
  report.number("updatesPerSec", updatesPerTick * 1e6 / update.mean);
  report.number("cpuUsPerTick", cpuUs / timedTicks);
  report.number("cpuUsTotal", cpuUs);
  report.number("wallUsTotal", wallUs);
  report.number("poolInitUs", poolInitUs);
  report.number("createUs", createUs);
  report.number("releaseUs", releaseUs);
  report.number("rssStartKiB", double(rssStart));
  report.number("rssAfterPoolKiB", double(rssAfterPool));
  report.number("rssAfterCreateKiB", double(rssAfterCreate));
  report.number("rssAfterTicksKiB", double(rssAfterTicks));
  report.number("updates", double(updates));
  report.number("packetsIn", double(packetsIn));
  report.number("packetsOut", double(packetsOut));
  report.number("dropped", double(dropped));
  report.number("packetsTaken", double(taken.packets));
  report.hex("egressSum", taken.sum);
  report.hex("checksum", checksum);
  report.print();
}

template void measureUpdates<float>(const Options&);
template void measureUpdates<double>(const Options&);

}  // namespace botref
