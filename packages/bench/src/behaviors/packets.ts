import { defineBehavior, type Session } from '@dormouse/core/behavior';
import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { BRIEF_BYTES, briefByteSum, byteSum, OUTBOUND_BYTES, OUTBOUND_OPCODE } from '../arithmetic/packets.js';
import { ARENA_UNIT } from '../arithmetic/random.js';
import { ARITH, round } from '../arithmetic/rounding.js';
import { create, fields } from './fields.js';

/** Health between draining and moving, by row. */
const healed = new Float64Array(64);

/**
 * W2: drain, one step, emit. The packets change health alone, so the motion, with its root and its division to wait for, is begun
 * before they are drained: the processor does both at once.
 */
export const session = defineBehavior(import.meta.url, {
  name: `W2-session-${ARITH}`,
  state: fields,
  create,
  update(session, diffMs) {
    const { state } = session;
    const dt = round(diffMs / 1000);
    const steer = round(4 * dt);
    const regen = round(round(REGEN) * dt);
    let px = state.x;
    let py = state.y;
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
    px = round(px + round(ux * dt));
    py = round(py + round(uy * dt));
    state.vx = ux;
    state.vy = uy;
    state.x = px;
    state.y = py;

    let health = state.hp;
    for (;;) {
      const packet = session.receive();
      if (packet === null) break;
      const { words, start, length } = packet;
      const sum = length <= BRIEF_BYTES ? briefByteSum(words, start, length) : byteSum(words, start, length);
      health = round(health + round((sum & 1023) / 1024));
    }
    health = round(health + round(round(100 - health) * regen));
    state.hp = round(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));

    const packet = session.claim(OUTBOUND_OPCODE, OUTBOUND_BYTES);
    if (packet === null) return;
    const { words, floats, start } = packet;
    floats[start] = px;
    floats[start + 1] = py;
    words[start + 2] = session.accountId;
    words[start + 3] = session.updateCount;
  },
});

/** The same over columns, in three passes: short loops that touch few things are faster than a long one. */
export const batch = defineBehavior(import.meta.url, {
  name: `W2-batch-${ARITH}`,
  state: fields,
  create,
  updateBatch(rows, diffMs) {
    const { at, f32, u32, begin, end } = rows;
    const { x, y, vx, vy, hp, targetX, targetY, rng } = at;
    const dt = round(diffMs / 1000);
    const steer = round(4 * dt);
    const regen = round(round(REGEN) * dt);
    for (let row = begin; row < end; row++) {
      const session = rows.session(row);
      let health = f32[hp + row];
      for (;;) {
        const packet = session.receive();
        if (packet === null) break;
        const { words, start, length } = packet;
        const sum = byteSum(words, start, length);
        health = round(health + round((sum & 1023) / 1024));
      }
      healed[row] = health;
    }
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
      let health = healed[row];
      health = round(health + round(round(100 - health) * regen));
      f32[hp + row] = round(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));
    }
    for (let row = begin; row < end; row++) emit(rows.session(row), f32[x + row], f32[y + row]);
  },
});

function emit(session: Session<typeof fields>, x: number, y: number): void {
  const packet = session.claim(OUTBOUND_OPCODE, OUTBOUND_BYTES);
  if (packet === null) return;
  const { words, floats, start } = packet;
  floats[start] = x;
  floats[start + 1] = y;
  words[start + 2] = session.accountId;
  words[start + 3] = session.updateCount;
}
