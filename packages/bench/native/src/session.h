// A session as the design has it: its state in two cache lines, its rings elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>

#include "random.h"

namespace botref {

struct Belongings;

enum class SessionState : uint8_t { free = 0, active = 1, hibernated = 2 };

/// 128 bytes; workloads without packets touch the first 64 alone. Written by the thread whose batch has the session,
/// between ticks by the calling thread.
struct alignas(64) BotSession {
  uint32_t accountId = 0;
  uint32_t mapId = 0;
  uint32_t groupId = 0;
  SessionState state = SessionState::free;
  double lastUpdateMs = 0;
  uint32_t updateCount = 0;
  /// Steps an update, of workloads in which that does not change.
  uint32_t repeat = 1;
  // From here to `rng`: the 32 bytes of the checksum.
  float x = 0, y = 0;
  float vx = 0, vy = 0;
  float hp = 0;
  float targetX = 0, targetY = 0;
  uint32_t rng = 1;
  double lastActivityMs = 0;
  uint32_t packetsIn = 0;
  uint32_t packetsOut = 0;
  uint32_t bytesIn = 0;
  uint32_t bytesOut = 0;
  uint32_t dropped = 0;
  // Byte cursors that run freely: a ring is empty when its two are equal.
  uint32_t inHead = 0, inTail = 0;
  uint32_t outHead = 0, outTail = 0;
  /// The inbound ring and, right behind it, the outbound one; null while asleep.
  uint8_t* rings = nullptr;
  /// Of W5 alone, else null.
  Belongings* belongings = nullptr;
};
static_assert(sizeof(BotSession) == 128);
static_assert(offsetof(BotSession, x) == 32 && offsetof(BotSession, rng) == 60);
static_assert(offsetof(BotSession, lastActivityMs) == 64);

/// Makes it the session that docs/workloads.md starts with; what it has of memory it keeps.
inline void startSession(BotSession& s, uint32_t accountId, double nowMs) {
  uint8_t* const rings = s.rings;
  Belongings* const belongings = s.belongings;
  s = BotSession{};
  s.rings = rings;
  s.belongings = belongings;
  s.accountId = accountId;
  s.mapId = accountId % 8;
  s.groupId = accountId / 5;
  s.state = SessionState::active;
  s.lastUpdateMs = s.lastActivityMs = nowMs;
  uint32_t r = accountId * 0x9E3779B1u;
  if (r == 0) r = 1;
  for (float* coordinate : {&s.x, &s.y, &s.targetX, &s.targetY}) {
    r = xorshift32(r);
    *coordinate = arena(r);
  }
  s.rng = r;
  s.hp = 100.0f;
}

}  // namespace botref
