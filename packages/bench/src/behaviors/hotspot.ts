import { defineBehavior, type Session, u32 } from '@dormouse/core/behavior';
import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { ARENA_UNIT, FIRST_ACCOUNT } from '../arithmetic/random.js';
import { ARITH, round } from '../arithmetic/rounding.js';
import { hotspotBegin, hotspotWidth, stepsFrom } from '../arithmetic/skew.js';
import { create as createBody, fields, type Init } from './fields.js';
import { moveSideBySide } from './side-by-side.js';

const state = {
  ...fields,
  /** How many sessions there are, of which the hotspot takes its share. */
  population: u32({ initial: 1 }),
};

/** Where the hotspot is in the tick that it was last looked for in: once a tick, on each thread. */
const hotspot = { tick: 0, population: 0, begin: 0, width: 0 };

/** Steps of an update, by row. */
const steps = new Uint32Array(64);

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
    const { at, u32, begin, end } = rows;
    const population = u32[at.population + begin];
    const { begin: from, width } = findHotspot(rows.tick.number, population);
    for (let row = begin; row < end; row++) steps[row] = stepsFrom(from, width, rows.session(row).accountId - FIRST_ACCOUNT, population);
    moveSideBySide(rows, steps, 0, diffMs);
  },
});
