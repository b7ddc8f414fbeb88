#include <algorithm>
#include <atomic>
#include <thread>

#include "manager.h"
#include "modes.h"
#include "report.h"

namespace botref {

namespace {

constexpr size_t kProbes = 1 << 20, kRounds = 8;

/// What the sums of all probes go into, so that no look-up is left out.
std::atomic<uint64_t> sink{0};

/// Accounts at random, all of which are there.
std::vector<uint32_t> probesOf(const Options& o, uint32_t seed) {
  std::vector<uint32_t> probes(kProbes);
  uint32_t r = seed;
  for (uint32_t& probe : probes) {
    r = xorshift32(r);
    probe = o.firstAccount + uint32_t((uint64_t(r) * o.sessions) >> 32);
  }
  return probes;
}

/// ns a look-up on the slowest of so many threads, all at once; `touch`: the session is read too.
double nsPerLookup(const BotSessionMgr& manager, const Options& o, unsigned threads, bool touch) {
  std::atomic<unsigned> ready{0};
  std::vector<double> ns(threads);
  std::vector<std::thread> team;
  for (unsigned t = 0; t < threads; ++t)
    team.emplace_back([&, t] {
      const std::vector<uint32_t> probes = probesOf(o, 0x1234567u + t);
      uint64_t sum = 0;
      ready.fetch_add(1);
      while (ready.load() < threads) spinPause();
      const auto begin = Clock::now();
      for (size_t round = 0; round < kRounds; ++round)
        for (uint32_t probe : probes) {
          const BotSession* s = manager.get(probe);
          if (!s) fail("account " + std::to_string(probe) + " is there, and was not found");
          sum += touch ? s->accountId : reinterpret_cast<uintptr_t>(s);
        }
      ns[t] = microsSince(begin) * 1000 / double(kProbes * kRounds);
      sink += sum;
    });
  for (std::thread& thread : team) thread.join();
  return *std::max_element(ns.begin(), ns.end());
}

}  // namespace

void measureLookup(const Options& o) {
  Report report(o);
  BotSessionMgr manager(o);
  manager.createBatch(accountIds(o), kEpochMs);
  report.number("nsPerLookup1", nsPerLookup(manager, o, 1, false));
  report.number("nsPerLookupAndRead1", nsPerLookup(manager, o, 1, true));
  report.number("nsPerLookupT", nsPerLookup(manager, o, o.threads, false));
  report.number("nsPerLookupAndReadT", nsPerLookup(manager, o, o.threads, true));
  report.print();
}

}  // namespace botref
