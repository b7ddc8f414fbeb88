#include <thread>

#include "manager.h"
#include "modes.h"
#include "report.h"

namespace botref {

namespace {

constexpr size_t kBatches = 16;

struct Dispatches {
  std::vector<double> us;
  double cpuUs;
};

/// Calls it `ticks` times; the first tenth is not in `us`.
template <class Dispatch>
Dispatches repeated(const Options& o, const Dispatch& dispatch) {
  Dispatches measured{};
  const double cpuUs = cpuMicros();
  auto next = Clock::now();
  for (uint32_t i = 0; i < o.ticks; ++i) {
    const auto begin = Clock::now();
    dispatch(i);
    const double us = microsSince(begin);
    if (i >= o.ticks / 10) measured.us.push_back(us);
    if (o.periodUs) std::this_thread::sleep_until(next += std::chrono::microseconds(o.periodUs));
  }
  measured.cpuUs = cpuMicros() - cpuUs;
  return measured;
}

}  // namespace

void measureDispatch(Options o) {
  o.workload = Workload::W0;
  o.workloadName = "W0";
  o.sessions = kBatches * o.batch;
  Report report(o);
  BotSessionMgr manager(o);
  manager.createBatch(accountIds(o), kEpochMs);
  manager.useList(manager.sorted());
  const Dispatches empty = repeated(o, [&](uint32_t) {
    manager.scheduler().forBatches(kBatches, [](size_t first, size_t last) {
      // Not to be optimised away.
      for (; first != last; ++first) asm volatile("" ::: "memory");
    });
  });
  const Hotspot nowhere(o.firstAccount, o.sessions, 0);
  const Dispatches w0 =
      repeated(o, [&](uint32_t i) { manager.updateAll(Tick<float>(o.diffMs, kEpochMs + i), nowhere); });
  report.stat("emptyDispatchUs", Stat(empty.us));
  report.stat("w0DispatchUs", Stat(w0.us));
  report.number("emptyCpuUsPerDispatch", empty.cpuUs / o.ticks);
  report.number("w0CpuUsPerDispatch", w0.cpuUs / o.ticks);
  report.print();
}

}  // namespace botref
