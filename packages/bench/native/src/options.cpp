#include "options.h"

#include <tbb/version.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "columns.h"
#include "rings.h"

namespace botref {

namespace {

constexpr uint32_t kMost = 1u << 30;

constexpr const char* kHelp =
    R"(botref: a bot session manager in C++, to be measured beside Dormouse. Flags, the default first:
  --mode update|create|lookup|dispatch|hibernate
  --workload W1|W0|W2|W3|W4|W5|W6|W7|W8
  --scheduler tbb|static|serial   oneTBB; a contiguous share a thread; the calling thread alone
  --layout heap|arena|soa         a session an allocation; side by side; columns and AVX2 (W0, W1, W4 in f32)
  --collect map|list              walk the index each tick, or keep a list by account (default for W3, W7 and soa)
  --arith f32|f64                 round every operation to binary32, or only what is stored
  --sessions 1000  --ticks 1000  --skip ticks/10 (not timed)  --batch 64  --threads 2  --diff 100 (ms a tick)
  --every-tick no|yes             print the time of each timed tick too
  --dump FILE                     write every session as it is after the last tick
  --ring 16384 (bytes)  --first-account 10000  --period-us 0
  --json  --version  --help
)";

template <class T>
T pick(const std::string& flag, const std::string& value, const std::map<std::string, T>& allowed) {
  if (const auto found = allowed.find(value); found != allowed.end()) return found->second;
  std::string names;
  for (const auto& [name, _] : allowed) names += (names.empty() ? "" : ", ") + name;
  fail(flag + " must be one of " + names + ": got " + value);
}

uint32_t integer(const std::string& flag, const std::string& value, uint32_t least) {
  uint32_t parsed = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (error == std::errc() && end == value.data() + value.size() && parsed >= least && parsed <= kMost) return parsed;
  fail(flag + " must be an integer " + std::to_string(least) + "…" + std::to_string(kMost) + ": got " + value);
}

/// What does not go together is refused; what was not said and depends on the rest is filled in.
void settle(Options& o, bool collectGiven) {
  if (o.skip >= o.ticks) fail("--skip must be less than --ticks: got " + std::to_string(o.skip));
  if (ringBytes & (ringBytes - 1)) fail("--ring must be a power of two: got " + std::to_string(ringBytes));
  // In the order of the index heavy sessions would not be adjacent.
  if ((o.workload == Workload::W3 || o.workload == Workload::W7) && !collectGiven) o.collectFromMap = false;
  if (o.layout != Layout::soa) return;
  o.collectFromMap = false;
  if (!kHasColumns) fail("--layout soa needs AVX2: this build has none");
  if (o.workload != Workload::W0 && o.workload != Workload::W1 && o.workload != Workload::W4)
    fail("--layout soa has W0, W1 and W4: got " + o.workloadName);
  if (o.f64) fail("--layout soa has --arith f32 alone: got f64");
  if (o.batch % 8) fail("--layout soa needs a --batch that is a multiple of 8: got " + std::to_string(o.batch));
}

}  // namespace

void fail(const std::string& message) {
  std::fprintf(stderr, "botref: %s\n", message.c_str());
  std::exit(2);
}

std::string versionLine() {
#if defined(__clang__)
  const std::string compiler = "clang " __clang_version__;
#else
  const std::string compiler = "gcc " __VERSION__;
#endif
  return std::string("botref 3, oneTBB " TBB_VERSION_STRING ", ") + compiler + (kHasColumns ? ", AVX2" : ", no AVX2");
}

Options parseOptions(int argc, char** argv) {
  Options o;
  bool collectGiven = false;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--json") {
      o.json = true;
      continue;
    }
    if (flag == "--help" || flag == "--version") {
      std::printf("%s", flag == "--help" ? kHelp : (versionLine() + "\n").c_str());
      std::exit(0);
    }
    if (i + 1 >= argc) fail("no value for " + flag);
    const std::string value = argv[++i];
    if (flag == "--mode") {
      o.mode = value;
    } else if (flag == "--workload") {
      o.workloadName = value;
      o.workload = pick<Workload>(flag, value,
                                  {{"W0", Workload::W0},
                                   {"W1", Workload::W1},
                                   {"W2", Workload::W2},
                                   {"W3", Workload::W3},
                                   {"W4", Workload::W4},
                                   {"W5", Workload::W5},
                                   {"W6", Workload::W6},
                                   {"W7", Workload::W7},
                                   {"W8", Workload::W8}});
    } else if (flag == "--scheduler") {
      o.schedulerName = value;
      o.scheduler = pick<SchedulerKind>(
          flag, value,
          {{"tbb", SchedulerKind::tbb}, {"static", SchedulerKind::fixed}, {"serial", SchedulerKind::serial}});
    } else if (flag == "--layout") {
      o.layoutName = value;
      o.layout = pick<Layout>(flag, value, {{"heap", Layout::heap}, {"arena", Layout::arena}, {"soa", Layout::soa}});
    } else if (flag == "--collect") {
      o.collectFromMap = pick<bool>(flag, value, {{"map", true}, {"list", false}});
      collectGiven = true;
    } else if (flag == "--arith") {
      o.f64 = pick<bool>(flag, value, {{"f32", false}, {"f64", true}});
    } else if (flag == "--every-tick") {
      o.everyTick = pick<bool>(flag, value, {{"no", false}, {"yes", true}});
    } else if (flag == "--dump") {
      o.dump = value;
    } else if (flag == "--sessions") {
      o.sessions = integer(flag, value, 1);
    } else if (flag == "--ticks") {
      o.ticks = integer(flag, value, 1);
    } else if (flag == "--batch") {
      o.batch = integer(flag, value, 1);
    } else if (flag == "--threads") {
      o.threads = integer(flag, value, 1);
    } else if (flag == "--diff") {
      o.diffMs = integer(flag, value, 1);
    } else if (flag == "--skip") {
      o.skip = integer(flag, value, 0);
    } else if (flag == "--first-account") {
      o.firstAccount = integer(flag, value, 1);
    } else if (flag == "--period-us") {
      o.periodUs = integer(flag, value, 0);
    } else if (flag == "--ring") {
      ringBytes = integer(flag, value, 64);
    } else {
      fail("unknown flag " + flag + ": --help names all");
    }
  }
  settle(o, collectGiven);
  return o;
}

}  // namespace botref
