// What the process has used so far.
#pragma once

#include <chrono>

namespace botref {

using Clock = std::chrono::steady_clock;

inline double microsBetween(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::micro>(to - from).count();
}
inline double microsSince(Clock::time_point from) { return microsBetween(from, Clock::now()); }

/// CPU of all threads, user and system.
double cpuMicros();

/// Resident set; −1 where the system does not tell it as Linux does.
long rssKiB();

/// Gives free heap back to the system, where the C library can.
void trimHeap();

}  // namespace botref
