import { defineBehavior } from '@dormouse/core/behavior';
import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { ARENA_UNIT } from '../arithmetic/random.js';
import { ARITH, round } from '../arithmetic/rounding.js';
import { create, fields } from './fields.js';

/** W1: one step. Fields are read once, and targets and rng stored only when they change. */
export const session = defineBehavior(import.meta.url, {
  name: `W1-session-${ARITH}`,
  state: fields,
  create,
  update({ state }, diffMs) {
    const dt = round(diffMs / 1000);
    const steer = round(4 * dt);
    const regen = round(round(REGEN) * dt);
    const px = state.x;
    const py = state.y;
    let dx = round(state.targetX - px);
    let dy = round(state.targetY - py);
    let d2 = round(round(dx * dx) + round(dy * dy));
    if (d2 < 1) {
      // xs and arena, written out: a call, even a rare one, costs every update a tenth.
      let r = state.rng | 0;
      r ^= r << 13;
      r ^= r >>> 17;
      r ^= r << 5;
      const gx = (r >>> 8) / ARENA_UNIT;
      r ^= r << 13;
      r ^= r >>> 17;
      r ^= r << 5;
      const gy = (r >>> 8) / ARENA_UNIT;
      state.targetX = gx;
      state.targetY = gy;
      state.rng = r;
      dx = round(gx - px);
      dy = round(gy - py);
      d2 = round(round(dx * dx) + round(dy * dy));
    }
    const inv = round(7 / round(round(Math.sqrt(d2)) + round(EPSILON)));
    let ux = state.vx;
    let uy = state.vy;
    ux = round(ux + round(round(round(dx * inv) - ux) * steer));
    uy = round(uy + round(round(round(dy * inv) - uy) * steer));
    state.vx = ux;
    state.vy = uy;
    state.x = round(px + round(ux * dt));
    state.y = round(py + round(uy * dt));
    let health = state.hp;
    health = round(health + round(round(100 - health) * regen));
    state.hp = round(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));
  },
});

export const batch = defineBehavior(import.meta.url, {
  name: `W1-batch-${ARITH}`,
  state: fields,
  create,
  updateBatch({ at, f32, u32, begin, end }, diffMs) {
    const dt = round(diffMs / 1000);
    const steer = round(4 * dt);
    const regen = round(round(REGEN) * dt);
    const { x, y, vx, vy, hp, targetX, targetY, rng } = at;
    for (let row = begin; row < end; row++) {
      const px = f32[x + row];
      const py = f32[y + row];
      let dx = round(f32[targetX + row] - px);
      let dy = round(f32[targetY + row] - py);
      let d2 = round(round(dx * dx) + round(dy * dy));
      if (d2 < 1) {
        let r = u32[rng + row] | 0;
        r ^= r << 13;
        r ^= r >>> 17;
        r ^= r << 5;
        const gx = (r >>> 8) / ARENA_UNIT;
        r ^= r << 13;
        r ^= r >>> 17;
        r ^= r << 5;
        const gy = (r >>> 8) / ARENA_UNIT;
        f32[targetX + row] = gx;
        f32[targetY + row] = gy;
        u32[rng + row] = r;
        dx = round(gx - px);
        dy = round(gy - py);
        d2 = round(round(dx * dx) + round(dy * dy));
      }
      const inv = round(7 / round(round(Math.sqrt(d2)) + round(EPSILON)));
      let ux = f32[vx + row];
      let uy = f32[vy + row];
      ux = round(ux + round(round(round(dx * inv) - ux) * steer));
      uy = round(uy + round(round(round(dy * inv) - uy) * steer));
      f32[vx + row] = ux;
      f32[vy + row] = uy;
      f32[x + row] = round(px + round(ux * dt));
      f32[y + row] = round(py + round(uy * dt));
      let health = f32[hp + row];
      health = round(health + round(round(100 - health) * regen));
      f32[hp + row] = round(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));
    }
  },
});
