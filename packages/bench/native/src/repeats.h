// How many steps an update makes where that is not one: W3, W4, W6 and W7.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "random.h"

namespace botref {

inline constexpr uint32_t kHeavySteps = 200;

/// W3: the first ranks have most, side by side.
inline uint32_t zipfRepeat(uint32_t rank, uint32_t sessions) {
  return std::clamp(sessions / (rank + 1) / 8, 1u, 4096u);
}

/// W6: a half has 1, a quarter 2, …; at random, but the same in each tick.
inline uint32_t randomRepeat(uint32_t accountId) {
  uint32_t q = accountId * 0x9E3779B1u + 0x85EBCA6Bu;
  if (q == 0) q = 1;
  q = xorshift32(xorshift32(q));
  return 1u << std::min(12, std::countl_zero(q));
}

/// W7: a fiftieth of the ranks, that moves each ten ticks. Account ids are consecutive, so an id gives its rank.
struct Hotspot {
  uint32_t firstAccount, sessions, begin, width;

  Hotspot(uint32_t firstAccount, uint32_t sessions, uint32_t tick)
      : firstAccount(firstAccount),
        sessions(sessions),
        begin(uint32_t(uint64_t(tick / 10) * 7919 % sessions)),
        width(std::max(1u, sessions / 50)) {}

  uint32_t repeat(uint32_t accountId) const {
    const uint32_t rank = accountId - firstAccount;
    const uint32_t behindBegin = rank >= begin ? rank - begin : rank + sessions - begin;
    return behindBegin < width ? kHeavySteps : 1;
  }
};

}  // namespace botref
