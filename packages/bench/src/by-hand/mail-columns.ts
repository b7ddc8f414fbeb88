import { byteSum, OUTBOUND_BYTES, OUTBOUND_OPCODE } from '../arithmetic/packets.js';
import { FIRST_ACCOUNT } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';
import type { Columns } from '../floor/columns.js';
import { move as moveListed } from '../floor/drain.js';
import { OUTBOX_WORDS, type SharedMail } from './shared-sessions.js';

const OUTBOUND_HEADER = OUTBOUND_OPCODE | (OUTBOUND_BYTES << 16);

/** W2, before a step: packets of the ranks `begin … end − 1`. */
export function drain(columns: Columns, mail: SharedMail, begin: number, end: number): void {
  for (let i = begin; i < end; i++) drainOne(columns, mail, i);
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
  const ranks = awake.subarray(begin, end);
  const { lastUpdate, updateCount } = columns;
  for (let place = 0; place < ranks.length; place++) {
    const i = ranks[place];
    lastUpdate[i] = nowMs;
    updateCount[i]++;
    drainOne(columns, mail, i);
  }
  moveListed(columns, { ranks, count: ranks.length, packets: mail }, diffMs);
}

/** Takes what has come for a rank. */
function drainOne({ hp }: Columns, { inbox, inboxAt, inboxHeader, healed, packetsIn, bytesIn }: SharedMail, i: number): void {
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
