import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { byteSum } from '../arithmetic/packets.js';
import { ARENA_UNIT } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';
import type { Awake } from './awake.js';
import type { Columns } from './columns.js';

/** The first `count` of `ranks`. */
type Movers = Pick<Awake, 'ranks' | 'count'> & { readonly packets: Pick<Awake['packets'], 'healed'> };

/** W8: drain and one step, of those who are awake; two passes, as in W2. */
export function update(columns: Columns, nowMs: number, diffMs: number, awake: Awake): void {
  const { ranks, count } = awake;
  for (let k = 0; k < count; k++) {
    columns.lastUpdate[ranks[k]] = nowMs;
    columns.updateCount[ranks[k]]++;
  }
  drain(columns, awake, nowMs);
  move(columns, awake, diffMs);
}

function drain({ hp }: Columns, { ranks, count, lastPacketMs, packets }: Awake, nowMs: number): void {
  const { inbound, healed, packetsIn, bytesIn } = packets;
  const { words, heads, strideWords } = inbound;
  for (let k = 0; k < count; k++) {
    const i = ranks[k];
    let health = hp[i];
    const start = i * strideWords;
    const end = start + heads[i];
    for (let at = start; at < end; ) {
      const bytes = words[at] >>> 16;
      health = round(health + round((byteSum(words, at + 1, bytes) & 1023) / 1024));
      packetsIn[i]++;
      bytesIn[i] += bytes;
      lastPacketMs[i] = nowMs;
      at += (bytes + 7) >> 2;
    }
    heads[i] = 0;
    healed[i] = health;
  }
}

/** One step of those who are awake, whose health is in `healed`. */
export function move(columns: Columns, { ranks, count, packets }: Movers, diffMs: number): void {
  const { x, y, vx, vy, hp, targetX, targetY, rng } = columns;
  const { healed } = packets;
  const dt = round(diffMs / 1000);
  const steer = round(4 * dt);
  const regen = round(round(REGEN) * dt);
  for (let k = 0; k < count; k++) {
    const i = ranks[k];
    const px = x[i];
    const py = y[i];
    let dx = round(targetX[i] - px);
    let dy = round(targetY[i] - py);
    let d2 = round(round(dx * dx) + round(dy * dy));
    if (d2 < 1) {
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
    let health = healed[i];
    health = round(health + round(round(100 - health) * regen));
    hp[i] = round(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));
  }
}
