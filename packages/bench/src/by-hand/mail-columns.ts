import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { byteSum, OUTBOUND_BYTES, OUTBOUND_OPCODE } from '../arithmetic/packets.js';
import { ARENA_UNIT, FIRST_ACCOUNT, xs } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';
import type { Columns } from '../floor/columns.js';
import { OUTBOX_WORDS, type SharedMail } from './shared-sessions.js';

const OUTBOUND_HEADER = OUTBOUND_OPCODE | (OUTBOUND_BYTES << 16);

/** W2, before a step: packets of the ranks `begin … end − 1`. */
export function drain({ hp }: Columns, mail: SharedMail, begin: number, end: number): void {
  const { inbox, inboxAt, inboxHeader, healed, packetsIn, bytesIn } = mail;
  for (let i = begin; i < end; i++) {
    const at = inboxAt[i];
    let health = hp[i];
    if (at >= 0) {
      inboxAt[i] = -1;
      const bytes = inboxHeader[i] >>> 16;
      health = round(health + round((byteSum(inbox, at, bytes) & 1023) / 1024));
      packetsIn[i]++;
      bytesIn[i] += bytes;
    }
    healed[i] = health;
  }
}

/** W2, after a step. */
export function emit({ x, y, updateCount }: Columns, mail: SharedMail, begin: number, end: number): void {
  const { outbox, outboxFloats, packetsOut, bytesOut } = mail;
  for (let i = begin; i < end; i++) {
    const at = i * OUTBOX_WORDS;
    outbox[at] = OUTBOUND_HEADER;
    outboxFloats[at + 1] = x[i];
    outboxFloats[at + 2] = y[i];
    outbox[at + 3] = FIRST_ACCOUNT + i;
    outbox[at + 4] = updateCount[i];
    packetsOut[i]++;
    bytesOut[i] += OUTBOUND_BYTES;
  }
}

/** W8: an update of each session that `awake` has from `begin` to `end − 1`. */
export function updateListed(
  columns: Columns,
  mail: SharedMail,
  awake: Uint32Array,
  begin: number,
  end: number,
  nowMs: number,
  diffMs: number,
): void {
  const { lastUpdate, updateCount, x, y, vx, vy, hp, targetX, targetY, rng } = columns;
  const { inbox, inboxAt, inboxHeader, packetsIn, bytesIn } = mail;
  const dt = round(diffMs / 1000);
  const steer = round(4 * dt);
  const regen = round(round(REGEN) * dt);
  for (let place = begin; place < end; place++) {
    const i = awake[place];
    lastUpdate[i] = nowMs;
    updateCount[i]++;
    let health = hp[i];
    const at = inboxAt[i];
    if (at >= 0) {
      inboxAt[i] = -1;
      const bytes = inboxHeader[i] >>> 16;
      health = round(health + round((byteSum(inbox, at, bytes) & 1023) / 1024));
      packetsIn[i]++;
      bytesIn[i] += bytes;
    }
    const px = x[i];
    const py = y[i];
    let dx = round(targetX[i] - px);
    let dy = round(targetY[i] - py);
    let d2 = round(round(dx * dx) + round(dy * dy));
    if (d2 < 1) {
      const r = xs(rng[i]);
      rng[i] = xs(r);
      targetX[i] = (r >>> 8) / ARENA_UNIT;
      targetY[i] = (rng[i] >>> 8) / ARENA_UNIT;
      dx = round(targetX[i] - px);
      dy = round(targetY[i] - py);
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
    health = round(health + round(round(100 - health) * regen));
    hp[i] = round(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));
  }
}
