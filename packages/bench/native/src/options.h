// The command line.
#pragma once

#include <cstdint>
#include <string>

#include "scheduler.h"
#include "session-pool.h"
#include "workloads.h"

namespace botref {

/// Written once, by `parseOptions`. Names are the words of the command line, for the report.
struct Options {
  std::string mode = "update";
  Workload workload = Workload::W1;
  std::string workloadName = "W1";
  uint32_t sessions = 1000, ticks = 1000, batch = 64, threads = 2, diffMs = 100, firstAccount = 10000;
  /// Ticks that run but are not timed; −1: a tenth.
  int64_t skip = -1;
  /// A tick begins each so many; 0: one after the other.
  uint32_t periodUs = 0;
  SchedulerKind scheduler = SchedulerKind::tbb;
  std::string schedulerName = "tbb";
  Layout layout = Layout::heap;
  std::string layoutName = "heap";
  bool collectFromMap = true;
  bool f64 = false;
  /// The time of each timed tick is printed too.
  bool everyTick = false;
  bool json = false;
  /// Where sessions are written after the last tick; empty: nowhere.
  std::string dump;

  unsigned participants() const { return scheduler == SchedulerKind::serial ? 1 : threads; }
};

/// Ends the process with exit code 2 and a message on stderr.
[[noreturn]] void fail(const std::string& message);

/// Bad usage ends the process with exit code 2; `--help` and `--version` with 0.
Options parseOptions(int argc, char** argv);

/// Version, oneTBB, compiler, and whether there are columns: one line.
std::string versionLine();

}  // namespace botref
