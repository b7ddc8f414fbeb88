import { defineBehavior, type Session, u32 } from '@dormouse/core';
import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { ARENA_UNIT, FIRST_ACCOUNT } from '../arithmetic/random.js';
import { ARITH, round } from '../arithmetic/rounding.js';
import { hotspotBegin, hotspotWidth, stepsFrom } from '../arithmetic/skew.js';
import { create as createBody, fields, type Init } from './fields.js';

const state = {
  ...fields,
  /** How many sessions there are, of which the hotspot takes its share. */
  population: u32({ initial: 1 }),
};

/** Where the hotspot is in the tick that it was last looked for in: once a tick, on each thread. */
const hotspot = { tick: 0, population: 0, begin: 0, width: 0 };

/** Steps of an update, by row. */
const steps = new Int32Array(64);

function findHotspot(tick: number, population: number): typeof hotspot {
  if (tick !== hotspot.tick || population !== hotspot.population) {
    hotspot.tick = tick;
    hotspot.population = population;
    // The manager's first tick is 1, the workload's is 0.
    hotspot.begin = hotspotBegin(tick - 1, population);
    hotspot.width = hotspotWidth(population);
  }
  return hotspot;
}

function create(session: Session<typeof state>, init: Init | undefined): void {
  createBody(session);
  if (init?.hotspotAmong !== undefined) session.state.population = init.hotspotAmong;
}

/** W7: the steps of an update follow from where the hotspot is. */
export const session = defineBehavior(import.meta.url, {
  name: `W7-session-${ARITH}`,
  state,
  create,
  update({ state, accountId, tick }, diffMs) {
    const { population } = state;
    const { begin, width } = findHotspot(tick.number, population);
    const dt = round(diffMs / 1000);
    const steer = round(4 * dt);
    const regen = round(round(REGEN) * dt);
    let px = state.x;
    let py = state.y;
    let ux = state.vx;
    let uy = state.vy;
    let health = state.hp;
    let gx = state.targetX;
    let gy = state.targetY;
    let r = state.rng | 0;
    for (let left = stepsFrom(begin, width, accountId - FIRST_ACCOUNT, population); left > 0; left--) {
      let dx = round(gx - px);
      let dy = round(gy - py);
      let d2 = round(round(dx * dx) + round(dy * dy));
      if (d2 < 1) {
        r ^= r << 13;
        r ^= r >>> 17;
        r ^= r << 5;
        gx = (r >>> 8) / ARENA_UNIT;
        r ^= r << 13;
        r ^= r >>> 17;
        r ^= r << 5;
        gy = (r >>> 8) / ARENA_UNIT;
        dx = round(gx - px);
        dy = round(gy - py);
        d2 = round(round(dx * dx) + round(dy * dy));
      }
      const inv = round(7 / round(round(Math.sqrt(d2)) + round(EPSILON)));
      ux = round(ux + round(round(round(dx * inv) - ux) * steer));
      uy = round(uy + round(round(round(dy * inv) - uy) * steer));
      px = round(px + round(ux * dt));
      py = round(py + round(uy * dt));
      health = round(health + round(round(100 - health) * regen));
      health = round(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));
    }
    state.x = px;
    state.y = py;
    state.vx = ux;
    state.vy = uy;
    state.hp = health;
    state.targetX = gx;
    state.targetY = gy;
    state.rng = r;
  },
});

export const batch = defineBehavior(import.meta.url, {
  name: `W7-batch-${ARITH}`,
  state,
  create,
  updateBatch(rows, diffMs) {
    const { at, f32, u32, begin, end } = rows;
    const population = u32[at.population + begin];
    const { begin: from, width } = findHotspot(rows.tick.number, population);
    for (let row = begin; row < end; row++) steps[row] = stepsFrom(from, width, rows.session(row).accountId - FIRST_ACCOUNT, population);
    const dt = round(diffMs / 1000);
    const steer = round(4 * dt);
    const regen = round(round(REGEN) * dt);
    for (let row = begin; row < end; row += 2) {
      // Two sessions side by side, as long as both have steps to make: each step waits for its root and its division, and the processor does another's meanwhile.
      // The last of an odd number is its own neighbour, which makes none.
      const hasNext = row + 1 < end;
      const isLonger = hasNext && steps[row + 1] > steps[row];
      const a = isLonger ? row + 1 : row;
      const b = hasNext && !isLonger ? row + 1 : row;
      const both = hasNext ? steps[b] : 0;
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
      for (let left = steps[a] - both; left > 0; left--) {
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
  },
});
