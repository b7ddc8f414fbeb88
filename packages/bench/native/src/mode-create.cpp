#include <algorithm>

#include "manager.h"
#include "modes.h"
#include "report.h"

namespace botref {

void measureCreation(const Options& o) {
  Report report(o);
  const std::vector<uint32_t> ids = accountIds(o);
  std::vector<double> createUs, releaseUs;
  const long rssStart = rssKiB();
  auto begin = Clock::now();
  BotSessionMgr manager(o);
  report.number("poolInitUs", microsSince(begin));
  const long rssAfterPool = rssKiB();
  long rssAfterCreate = 0;
  for (uint32_t round = 0; round < std::min(o.ticks, 50u); ++round) {
    begin = Clock::now();
    manager.createBatch(ids, kEpochMs);
    createUs.push_back(microsSince(begin));
    if (round == 0) rssAfterCreate = rssKiB();
    begin = Clock::now();
    manager.releaseBatch(ids);
    releaseUs.push_back(microsSince(begin));
  }
  report.number("rounds", double(createUs.size()));
  report.number("createFirstUs", createUs[0]);
  report.number("releaseFirstUs", releaseUs[0]);
  report.stat("createUs", Stat(createUs));
  report.stat("releaseUs", Stat(releaseUs));
  report.number("onDemandSessions", double(manager.pool().onDemand()));
  report.number("rssStartKiB", double(rssStart));
  report.number("rssAfterPoolKiB", double(rssAfterPool));
  report.number("rssAfterCreateKiB", double(rssAfterCreate));
  report.print();
}

}  // namespace botref
