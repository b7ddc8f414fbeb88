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
  for (let i = 0; i < count; i++) {
    let px = x[i];
    let py = y[i];
    let ux = vx[i];
    let uy = vy[i];
    let health = hp[i];
    let gx = targetX[i];
    let gy = targetY[i];
    let r = rng[i];
    for (let left = repeat[i]; left > 0; left--) {
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
    x[i] = px;
    y[i] = py;
    vx[i] = ux;
    vy[i] = uy;
    hp[i] = health;
    targetX[i] = gx;
    targetY[i] = gy;
    rng[i] = r;
  }
}
