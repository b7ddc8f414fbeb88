#include "process-usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace botref {

double cpuMicros() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto micros = [](const timeval& t) { return double(t.tv_sec) * 1e6 + double(t.tv_usec); };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

namespace {

/// -1 where there is no such file.
long rssOfStatmKiB() {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  if (!file) return -1;
  long pages = -1;
  const bool isRead = std::fscanf(file, "%*d %ld", &pages) == 1;
  std::fclose(file);
  return isRead ? pages * (sysconf(_SC_PAGESIZE) / 1024) : -1;
}

}  // namespace

// smaps_rollup is exact; the counters of statm are gathered by thread.
long rssKiB() {
  std::FILE* const file = std::fopen("/proc/self/smaps_rollup", "r");
  if (!file) return rssOfStatmKiB();
  char line[256];
  long kib = -1;
  while (std::fgets(line, sizeof line, file))
    if (std::sscanf(line, "Rss: %ld", &kib) == 1) break;
  std::fclose(file);
  return kib;
}

void trimHeap() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace botref
