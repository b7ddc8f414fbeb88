#include <cstring>

#include "manager.h"
#include "modes.h"
#include "report.h"

namespace botref {

void measureHibernation(const Options& o) {
  if (o.layout != Layout::heap) fail("--mode hibernate needs --layout heap: got " + o.layoutName);
  constexpr double thresholdMs = 300'000;
  Report report(o);
  const long rssStart = rssKiB();
  BotSessionMgr manager(o);
  manager.createBatch(accountIds(o), kEpochMs);
  // Written to, so that they are resident.
  for (BotSession* s : manager.sorted()) std::memset(s->rings, 1, size_t(2) * ringBytes);
  const long rssActive = rssKiB();
  auto begin = Clock::now();
  const size_t slept = manager.hibernateInactive(kEpochMs + thresholdMs, thresholdMs);
  const double hibernateUs = microsSince(begin);
  const long rssHibernated = rssKiB();
  begin = Clock::now();
  trimHeap();
  const double trimUs = microsSince(begin);
  const long rssTrimmed = rssKiB();
  begin = Clock::now();
  size_t woken = 0;
  for (uint32_t mapId = 0; mapId < 8; ++mapId) woken += manager.reactivateMap(mapId, kEpochMs + thresholdMs);
  const double wakeUs = microsSince(begin);
  report.number("hibernated", double(slept));
  report.number("reactivated", double(woken));
  report.number("hibernateUs", hibernateUs);
  report.number("trimUs", trimUs);
  report.number("reactivateUs", wakeUs);
  report.number("rssStartKiB", double(rssStart));
  report.number("rssActiveKiB", double(rssActive));
  report.number("rssHibernatedKiB", double(rssHibernated));
  report.number("rssTrimmedKiB", double(rssTrimmed));
  report.print();
}

}  // namespace botref
