import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { byteSum, OUTBOUND_BYTES, OUTBOUND_OPCODE } from '../arithmetic/packets.js';
import { ARENA_UNIT, FIRST_ACCOUNT } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';
import { bookkeep, type Columns } from './columns.js';
import type { PacketColumns, Rings } from './rings.js';

const OUTBOUND_HEADER = OUTBOUND_OPCODE | (OUTBOUND_BYTES << 16);
const OUTBOUND_WORDS = 1 + OUTBOUND_BYTES / 4;

/** W2: drain, one step, emit; three passes, which is a third faster than one: fewer arrays in a loop. */
export function update(columns: Columns, nowMs: number, diffMs: number, packets: PacketColumns): void {
  bookkeep(columns, nowMs);
  drain(columns, packets);
  move(columns, packets, diffMs);
  emit(columns, packets);
}

function drain({ count, hp }: Columns, { inbound, healed, packetsIn, bytesIn }: PacketColumns): void {
  const { words, heads, strideWords }: Rings = inbound;
  for (let i = 0; i < count; i++) {
    let health = hp[i];
    const start = i * strideWords;
    const end = start + heads[i];
    for (let at = start; at < end; ) {
      const bytes = words[at] >>> 16;
      health = round(health + round((byteSum(words, at + 1, bytes) & 1023) / 1024));
      packetsIn[i]++;
      bytesIn[i] += bytes;
      at += (bytes + 7) >> 2;
    }
    heads[i] = 0;
    healed[i] = health;
  }
}

/** One step a session, whose health is in `healed`. */
export function move(
  { count, x, y, vx, vy, hp, targetX, targetY, rng }: Columns,
  { healed }: Pick<PacketColumns, 'healed'>,
  diffMs: number,
): void {
  const dt = round(diffMs / 1000);
  const steer = round(4 * dt);
  const regen = round(round(REGEN) * dt);
  for (let i = 0; i < count; i++) {
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

function emit({ count, x, y, updateCount }: Columns, { outbound, packetsOut, bytesOut, dropped }: PacketColumns): void {
  const { words, floats, heads, strideWords, capacityWords }: Rings = outbound;
  for (let i = 0; i < count; i++) {
    const head = heads[i];
    if (head + OUTBOUND_WORDS > capacityWords) {
      dropped[i]++;
      continue;
    }
    const at = i * strideWords + head;
    words[at] = OUTBOUND_HEADER;
    floats[at + 1] = x[i];
    floats[at + 2] = y[i];
    words[at + 3] = FIRST_ACCOUNT + i;
    words[at + 4] = updateCount[i];
    heads[i] = head + OUTBOUND_WORDS;
    packetsOut[i]++;
    bytesOut[i] += OUTBOUND_BYTES;
  }
}
