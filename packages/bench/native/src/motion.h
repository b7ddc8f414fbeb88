// The step of docs/workloads.md, in binary32 or binary64.
#pragma once

#include <cmath>
#include <cstdint>

#include "random.h"
#include "session.h"

namespace botref {

/// Simulated time before tick 0.
inline constexpr double kEpochMs = 1'000'000;

/// What is the same for all sessions of a tick. Real: float or double.
template <class Real>
struct Tick {
  Real dt, steer, regen;
  double nowMs;
  Tick(uint32_t diffMs, double nowMs)
      : dt(Real(diffMs) / Real(1000)), steer(Real(4) * dt), regen(Real(0.05) * dt), nowMs(nowMs) {}
};

/// A session's motion in registers: read once, stored once an update, whatever the number of steps.
template <class Real>
struct Body {
  Real x, y, vx, vy, hp, targetX, targetY;
  uint32_t rng;

  explicit Body(const BotSession& s)
      : x(s.x), y(s.y), vx(s.vx), vy(s.vy), hp(s.hp), targetX(s.targetX), targetY(s.targetY), rng(s.rng) {}

  void store(BotSession& s) const {
    s.x = float(x);
    s.y = float(y);
    s.vx = float(vx);
    s.vy = float(vy);
    s.hp = float(hp);
    s.targetX = float(targetX);
    s.targetY = float(targetY);
    s.rng = rng;
  }

  [[gnu::always_inline]] inline void step(const Tick<Real>& t) {
    Real dx = targetX - x, dy = targetY - y;
    Real d2 = dx * dx + dy * dy;
    if (d2 < Real(1)) {
      rng = xorshift32(rng);
      targetX = Real(arena(rng));
      rng = xorshift32(rng);
      targetY = Real(arena(rng));
      dx = targetX - x;
      dy = targetY - y;
      d2 = dx * dx + dy * dy;
    }
    const Real inv = Real(7) / (std::sqrt(d2) + Real(0.001));
    const Real ex = dx * inv - vx, ey = dy * inv - vy;
    vx = vx + ex * t.steer;
    vy = vy + ey * t.steer;
    x = x + vx * t.dt;
    y = y + vy * t.dt;
    const Real v2 = vx * vx + vy * vy;
    hp = hp + (Real(100) - hp) * t.regen;
    hp = hp - v2 * Real(0.001);
  }
};

}  // namespace botref
