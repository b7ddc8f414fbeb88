#include "report.h"

#include <tbb/version.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace botref {

Stat::Stat(std::vector<double> values) {
  if (values.empty()) return;
  for (double value : values) mean += value;
  mean /= double(values.size());
  std::sort(values.begin(), values.end());
  median = values[values.size() / 2];
  max = values.back();
  p99 = values[std::min(values.size() - 1, values.size() * 99 / 100)];
}

Report::Report(const Options& o) : json_(o.json) {
  text("mode", o.mode);
  text("workload", o.workloadName);
  number("sessions", o.sessions);
  number("ticks", o.ticks);
  number("batch", o.batch);
  number("threads", o.participants());
  text("scheduler", o.schedulerName);
  text("layout", o.layoutName);
  text("collect", o.collectFromMap ? "map" : "list");
  text("arith", o.f64 ? "f64" : "f32");
  text("tbb", TBB_VERSION_STRING);
  text("version", versionLine());
}

void Report::text(const std::string& key, const std::string& value) { rows_.emplace_back(key, "\"" + value + "\""); }

void Report::number(const std::string& key, double value) {
  char written[64];
  const bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
  std::snprintf(written, sizeof written, whole ? "%.0f" : "%.3f", value);
  rows_.emplace_back(key, written);
}

void Report::hex(const std::string& key, uint32_t value) {
  char written[16];
  std::snprintf(written, sizeof written, "%08x", value);
  text(key, written);
}

void Report::stat(const std::string& key, const Stat& value) {
  char written[128];
  std::snprintf(written, sizeof written, "{\"median\": %.3f, \"p99\": %.3f, \"max\": %.3f, \"mean\": %.3f}",
                value.median, value.p99, value.max, value.mean);
  rows_.emplace_back(key, written);
}

void Report::series(const std::string& key, const std::vector<double>& values) {
  std::string written = "[";
  for (double value : values) {
    char number[32];
    std::snprintf(number, sizeof number, written.size() > 1 ? ", %.3f" : "%.3f", value);
    written += number;
  }
  rows_.emplace_back(key, written + "]");
}

void Report::print() const {
  std::string out = json_ ? "{" : "";
  for (const auto& [key, value] : rows_) {
    if (json_)
      out += (out.size() > 1 ? ", \"" : "\"") + key + "\": " + value;
    else
      out += key + ": " + value + "\n";
  }
  std::printf("%s%s", out.c_str(), json_ ? "}\n" : "");
}

}  // namespace botref
