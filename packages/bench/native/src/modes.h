// What the program can measure, a file each.
#pragma once

#include <vector>

#include "options.h"

namespace botref {

/// Ticks of a workload. Real: the arithmetic.
template <class Real>
void measureUpdates(const Options& options);
extern template void measureUpdates<float>(const Options&);
extern template void measureUpdates<double>(const Options&);

/// Creating all sessions, and releasing them.
void measureCreation(const Options& options);

/// Finding sessions by account, on one thread and on all at once.
void measureLookup(const Options& options);

/// The scheduler alone: 16 batches that do nothing, then 16 of W0.
void measureDispatch(Options options);

/// Letting all sessions sleep, their rings in use, and waking them.
void measureHibernation(const Options& options);

inline std::vector<uint32_t> accountIds(const Options& o) {
  std::vector<uint32_t> ids(o.sessions);
  for (uint32_t i = 0; i < o.sessions; ++i) ids[i] = o.firstAccount + i;
  return ids;
}

}  // namespace botref
