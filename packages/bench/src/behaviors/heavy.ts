import { defineBehavior, type Session, u32 } from '@dormouse/core/behavior';
import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { ARENA_UNIT } from '../arithmetic/random.js';
import { ARITH, round } from '../arithmetic/rounding.js';
import { create as createBody, fields, type Init } from './fields.js';
import { moveSideBySide } from './side-by-side.js';

/**
 * W3, W4 and W6: many steps an update, `repeat` of them. Imported anew for each, as `?workload=W3` and `?workload=W4`, so that
 * none runs code that V8 has fitted to another.
 */
const workload = new URL(import.meta.url).searchParams.get('workload') ?? 'W3';

const state = { ...fields, repeat: u32({ initial: 1 }) };

function create(session: Session<typeof state>, init: Init | undefined): void {
  createBody(session);
  if (init !== undefined) session.state.repeat = init.repeat;
}

export const session = defineBehavior(import.meta.url, {
  name: `${workload}-session-${ARITH}`,
  state,
  create,
  update({ state }, diffMs) {
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
    for (let left = state.repeat; left > 0; left--) {
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
  name: `${workload}-batch-${ARITH}`,
  state,
  create,
  updateBatch(rows, diffMs) {
    moveSideBySide(rows, rows.u32, rows.at.repeat, diffMs);
  },
});
