// xs and arena of docs/workloads.md.
#pragma once

#include <cstdint>

namespace botref {

inline uint32_t xorshift32(uint32_t r) {
  r ^= r << 13;
  r ^= r >> 17;
  r ^= r << 5;
  return r;
}

/// 24 random bits scaled by 2^-17: exact in binary32, uniform on [0, 128).
inline float arena(uint32_t r) { return float(r >> 8) * (1.0f / 131072.0f); }

}  // namespace botref
