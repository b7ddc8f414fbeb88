import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { ARENA_UNIT } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';
import { bookkeep, type Columns } from './columns.js';

/** W1: one step a session. */
export function update(columns: Columns, nowMs: number, diffMs: number): void {
  const { count, x, y, vx, vy, hp, targetX, targetY, rng } = columns;
  const dt = round(diffMs / 1000);
  const steer = round(4 * dt);
  const regen = round(round(REGEN) * dt);
  bookkeep(columns, nowMs);
  for (let i = 0; i < count; i++) {
    const px = x[i];
    const py = y[i];
    let dx = round(targetX[i] - px);
    let dy = round(targetY[i] - py);
    let d2 = round(round(dx * dx) + round(dy * dy));
    if (d2 < 1) {
      // xs and arena, written out: a call, even a rare one, costs the whole loop a tenth.
      let r = rng[i];
      r ^= r << 13;
      r ^= r >>> 17;
      r ^= r << 5;
      const gx = (r >>> 8) / ARENA_UNIT;
      r ^= r << 13;
      r ^= r >>> 17;
      r ^= r << 5;
      const gy = (r >>> 8) / ARENA_UNIT;
      targetX[i] = gx;
      targetY[i] = gy;
      rng[i] = r;
      dx = round(gx - px);
      dy = round(gy - py);
      d2 = round(round(dx * dx) + round(dy * dy));
    }
    const inv = round(7 / round(round(Math.sqrt(d2)) + round(EPSILON)));
    let ux = vx[i];
    let uy = vy[i];
    ux = round(ux + round(round(round(dx * inv) - ux) * steer));
    uy = round(uy + round(round(round(dy * inv) - uy) * steer));
    vx[i] = ux;
    vy[i] = uy;
    x[i] = round(px + round(ux * dt));
    y[i] = round(py + round(uy * dt));
    let health = hp[i];
    health = round(health + round(round(100 - health) * regen));
    hp[i] = round(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));
  }
}
