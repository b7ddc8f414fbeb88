// Byte rings of records: u16 opcode, u16 payload length, payload padded to a multiple of 4. A record may wrap. One
// thread at a time has a ring: the one that runs its session's batch, and between ticks the calling one; the
// scheduler's end of a tick publishes what was written.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace botref {

/// Of one ring, a power of two. Written by the command line, before there are sessions or threads.
inline uint32_t ringBytes = 16384;

inline void ringCopyIn(uint8_t* ring, uint32_t at, const void* source, uint32_t count) {
  const uint32_t i = at & (ringBytes - 1), first = std::min(count, ringBytes - i);
  std::memcpy(ring + i, source, first);
  if (first < count) std::memcpy(ring, static_cast<const uint8_t*>(source) + first, count - first);
}

inline void ringCopyOut(const uint8_t* ring, uint32_t at, void* target, uint32_t count) {
  const uint32_t i = at & (ringBytes - 1), first = std::min(count, ringBytes - i);
  std::memcpy(target, ring + i, first);
  if (first < count) std::memcpy(static_cast<uint8_t*>(target) + first, ring, count - first);
}

/// False, and nothing written, where there is no room.
template <uint32_t WORDS>
inline bool ringPush(uint8_t* ring, uint32_t& head, uint32_t tail, uint16_t opcode,
                     const std::array<uint32_t, WORDS>& payload) {
  constexpr uint32_t bytes = 4 + 4 * WORDS;
  if (head - tail + bytes > ringBytes) return false;
  std::array<uint32_t, WORDS + 1> record;
  record[0] = uint32_t(opcode) | (4 * WORDS) << 16;
  std::copy(payload.begin(), payload.end(), record.begin() + 1);
  ringCopyIn(ring, head, record.data(), bytes);
  head += bytes;
  return true;
}

inline uint32_t byteSum(const uint8_t* bytes, uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; ++i) sum += bytes[i];
  return sum;
}

inline uint32_t ringByteSum(const uint8_t* ring, uint32_t at, uint32_t count) {
  const uint32_t i = at & (ringBytes - 1), first = std::min(count, ringBytes - i);
  return first == count ? byteSum(ring + i, count) : byteSum(ring + i, first) + byteSum(ring, count - first);
}

}  // namespace botref
