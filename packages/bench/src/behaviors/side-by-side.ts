import type { SessionBatch } from '@dormouse/core/behavior';
import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { ARENA_UNIT } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';
import type { fields } from './fields.js';

/** Makes `steps[stepsAt + row]` steps of the motion with each row of a batch, below 2^31: as i32, since counting down an unsigned number is done in doubles, and costs a seventh. */
export function moveSideBySide(
  { at, f32, u32, begin, end }: SessionBatch<typeof fields>,
  steps: Uint32Array,
  stepsAt: number,
  diffMs: number,
): void {
  const dt = round(diffMs / 1000);
  const steer = round(4 * dt);
  const regen = round(round(REGEN) * dt);
  for (let row = begin; row < end; row += 2) {
    // Two sessions side by side, as long as both have steps to make: each step waits for its root and its division, and the processor does another's meanwhile.
    // The last of an odd number is its own neighbour, which makes none.
    const hasNext = row + 1 < end;
    const isLonger = hasNext && steps[stepsAt + row + 1] > steps[stepsAt + row];
    const a = isLonger ? row + 1 : row;
    const b = hasNext && !isLonger ? row + 1 : row;
    const both = hasNext ? steps[stepsAt + b] | 0 : 0;
    let pxA = f32[at.x + a];
    let pyA = f32[at.y + a];
    let uxA = f32[at.vx + a];
    let uyA = f32[at.vy + a];
    let healthA = f32[at.hp + a];
    let gxA = f32[at.targetX + a];
    let gyA = f32[at.targetY + a];
    let rA = u32[at.rng + a] | 0;
    let pxB = f32[at.x + b];
    let pyB = f32[at.y + b];
    let uxB = f32[at.vx + b];
    let uyB = f32[at.vy + b];
    let healthB = f32[at.hp + b];
    let gxB = f32[at.targetX + b];
    let gyB = f32[at.targetY + b];
    let rB = u32[at.rng + b] | 0;
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
    for (let left = (steps[stepsAt + a] | 0) - both; left > 0; left--) {
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
    f32[at.x + b] = pxB;
    f32[at.y + b] = pyB;
    f32[at.vx + b] = uxB;
    f32[at.vy + b] = uyB;
    f32[at.hp + b] = healthB;
    f32[at.targetX + b] = gxB;
    f32[at.targetY + b] = gyB;
    u32[at.rng + b] = rB;
    f32[at.x + a] = pxA;
    f32[at.y + a] = pyA;
    f32[at.vx + a] = uxA;
    f32[at.vy + a] = uyA;
    f32[at.hp + a] = healthA;
    f32[at.targetX + a] = gxA;
    f32[at.targetY + a] = gyA;
    u32[at.rng + a] = rA;
  }
}
