// What a mode prints: one JSON object, or lines.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "options.h"

namespace botref {

/// Of sorted values: the median is v[n / 2], p99 v[floor(0.99 n)].
struct Stat {
  double median = 0, p99 = 0, max = 0, mean = 0;
  explicit Stat(std::vector<double> values);
};

class Report {
 public:
  /// Begins with what was asked for.
  explicit Report(const Options& options);
  void text(const std::string& key, const std::string& value);
  void number(const std::string& key, double value);
  void hex(const std::string& key, uint32_t value);
  void stat(const std::string& key, const Stat& value);
  void series(const std::string& key, const std::vector<double>& values);
  void print() const;

 private:
  const bool json_;
  /// Values as JSON writes them.
  std::vector<std::pair<std::string, std::string>> rows_;
};

}  // namespace botref
