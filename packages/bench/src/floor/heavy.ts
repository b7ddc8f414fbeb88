import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { ARENA_UNIT } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';
import { bookkeep, type Columns } from './columns.js';

/** W3, W4, W6 and W7: `repeat` steps a session. */
export function update(columns: Columns, nowMs: number, diffMs: number): void {
  const { count, x, y, vx, vy, hp, targetX, targetY, rng, repeat } = columns;
  const dt = round(diffMs / 1000);
  const steer = round(4 * dt);
  const regen = round(round(REGEN) * dt);
  bookkeep(columns, nowMs);
  for (let i = 0; i < count; i += 2) {
    // Two sessions side by side, as long as both have steps to make: each step waits for its root and its division, and the processor does another's meanwhile.
    // The last of an odd number is its own neighbour, which makes none.
    const hasNext = i + 1 < count;
    const isLonger = hasNext && repeat[i + 1] > repeat[i];
    const a = isLonger ? i + 1 : i;
    const b = hasNext && !isLonger ? i + 1 : i;
    const both = hasNext ? repeat[b] | 0 : 0;
    let pxA = x[a];
    let pyA = y[a];
    let uxA = vx[a];
    let uyA = vy[a];
    let healthA = hp[a];
    let gxA = targetX[a];
    let gyA = targetY[a];
    let rA = rng[a] | 0;
    let pxB = x[b];
    let pyB = y[b];
    let uxB = vx[b];
    let uyB = vy[b];
    let healthB = hp[b];
    let gxB = targetX[b];
    let gyB = targetY[b];
    let rB = rng[b] | 0;
    for (let left = both; left > 0; left--) {
      let dxA = round(gxA - pxA);
      let dyA = round(gyA - pyA);
      let d2A = round(round(dxA * dxA) + round(dyA * dyA));
      if (d2A < 1) {
        rA ^= rA << 13;
        rA ^= rA >>> 17;
        rA ^= rA << 5;
        gxA = (rA >>> 8) / ARENA_UNIT;
        rA ^= rA << 13;
        rA ^= rA >>> 17;
        rA ^= rA << 5;
        gyA = (rA >>> 8) / ARENA_UNIT;
        dxA = round(gxA - pxA);
        dyA = round(gyA - pyA);
        d2A = round(round(dxA * dxA) + round(dyA * dyA));
      }
      const invA = round(7 / round(round(Math.sqrt(d2A)) + round(EPSILON)));
      uxA = round(uxA + round(round(round(dxA * invA) - uxA) * steer));
      uyA = round(uyA + round(round(round(dyA * invA) - uyA) * steer));
      pxA = round(pxA + round(uxA * dt));
      pyA = round(pyA + round(uyA * dt));
      healthA = round(healthA + round(round(100 - healthA) * regen));
      healthA = round(healthA - round(round(round(uxA * uxA) + round(uyA * uyA)) * round(EPSILON)));
      let dxB = round(gxB - pxB);
      let dyB = round(gyB - pyB);
      let d2B = round(round(dxB * dxB) + round(dyB * dyB));
      if (d2B < 1) {
        rB ^= rB << 13;
        rB ^= rB >>> 17;
        rB ^= rB << 5;
        gxB = (rB >>> 8) / ARENA_UNIT;
        rB ^= rB << 13;
        rB ^= rB >>> 17;
        rB ^= rB << 5;
        gyB = (rB >>> 8) / ARENA_UNIT;
        dxB = round(gxB - pxB);
        dyB = round(gyB - pyB);
        d2B = round(round(dxB * dxB) + round(dyB * dyB));
      }
      const invB = round(7 / round(round(Math.sqrt(d2B)) + round(EPSILON)));
      uxB = round(uxB + round(round(round(dxB * invB) - uxB) * steer));
      uyB = round(uyB + round(round(round(dyB * invB) - uyB) * steer));
      pxB = round(pxB + round(uxB * dt));
      pyB = round(pyB + round(uyB * dt));
      healthB = round(healthB + round(round(100 - healthB) * regen));
      healthB = round(healthB - round(round(round(uxB * uxB) + round(uyB * uyB)) * round(EPSILON)));
    }
    for (let left = (repeat[a] | 0) - both; left > 0; left--) {
      let dxA = round(gxA - pxA);
      let dyA = round(gyA - pyA);
      let d2A = round(round(dxA * dxA) + round(dyA * dyA));
      if (d2A < 1) {
        rA ^= rA << 13;
        rA ^= rA >>> 17;
        rA ^= rA << 5;
        gxA = (rA >>> 8) / ARENA_UNIT;
        rA ^= rA << 13;
        rA ^= rA >>> 17;
        rA ^= rA << 5;
        gyA = (rA >>> 8) / ARENA_UNIT;
        dxA = round(gxA - pxA);
        dyA = round(gyA - pyA);
        d2A = round(round(dxA * dxA) + round(dyA * dyA));
      }
      const invA = round(7 / round(round(Math.sqrt(d2A)) + round(EPSILON)));
      uxA = round(uxA + round(round(round(dxA * invA) - uxA) * steer));
      uyA = round(uyA + round(round(round(dyA * invA) - uyA) * steer));
      pxA = round(pxA + round(uxA * dt));
      pyA = round(pyA + round(uyA * dt));
      healthA = round(healthA + round(round(100 - healthA) * regen));
      healthA = round(healthA - round(round(round(uxA * uxA) + round(uyA * uyA)) * round(EPSILON)));
    }
    x[b] = pxB;
    y[b] = pyB;
    vx[b] = uxB;
    vy[b] = uyB;
    hp[b] = healthB;
    targetX[b] = gxB;
    targetY[b] = gyB;
    rng[b] = rB;
    x[a] = pxA;
    y[a] = pyA;
    vx[a] = uxA;
    vy[a] = uyA;
    hp[a] = healthA;
    targetX[a] = gxA;
    targetY[a] = gyA;
    rng[a] = rA;
  }
}
