import type { ComparedWorkload } from '../compare/contender.js';
import type { Advance } from './motion.js';
import { type ReferenceSession, xs } from './session.js';

/** What an update of a session has at hand. */
export interface Moment {
  readonly t: number;
  readonly diffMs: number;
  readonly nowMs: number;
  /** How many there are. */
  readonly sessions: number;
  readonly advance: Advance;
  /** Takes a word of the payload of a packet that a session sends. */
  readonly sendWord: (word: number) => void;
}

/** One update: what docs/workloads.md says of a workload, but for what every update does. */
export type Update = (session: ReferenceSession, moment: Moment) => void;

export const UPDATES: Readonly<Record<ComparedWorkload, Update>> = {
  W0() {},

  W1(session, { advance, diffMs }) {
    advance(session, 1, diffMs, 0);
  },

  W2(session, moment) {
    moment.advance(session, 1, moment.diffMs, drain(session, moment));
    emit(session, moment);
  },

  W3(session, { advance, diffMs, sessions }) {
    const repeat = Math.floor(Math.floor(sessions / (session.rank + 1)) / 8);
    advance(session, Math.min(Math.max(repeat, 1), 4096), diffMs, 0);
  },

  W4(session, { advance, diffMs }) {
    advance(session, 200, diffMs, 0);
  },

  W5(session) {
    const { inventory, journal, accountId, updateCount } = session;
    session.rng = xs(session.rng);
    const key = `item-${session.rng & 15}`;
    let count = (inventory.get(key) ?? 0) + 1 + ((session.rng >>> 8) & 3);
    if (count > 20) {
      inventory.delete(key);
      count = 0;
    } else {
      inventory.set(key, count);
    }
    journal.push({ at: updateCount, note: `${key}x${count}` });
    if (journal.length > 16) journal.shift();
    session.title = `bot ${accountId} carries ${inventory.size}, last ${key}`;
  },

  W6(session, { advance, diffMs }) {
    const seed = (Math.imul(session.accountId, 0x9e37_79b1) + 0x85eb_ca6b) | 0;
    const q = xs(xs(seed === 0 ? 1 : seed));
    advance(session, 2 ** Math.min(12, Math.clz32(q)), diffMs, 0);
  },

  W7(session, { advance, diffMs, sessions, t }) {
    const width = Math.max(1, Math.floor(sessions / 50));
    const begin = (Math.floor(t / 10) * 7919) % sessions;
    advance(session, (session.rank + sessions - begin) % sessions < width ? 200 : 1, diffMs, 0);
  },

  W8(session, moment) {
    moment.advance(session, 1, moment.diffMs, receivesInW8(session.rank, moment.t) ? drain(session, moment) : 0);
  },
};

/** Whether W8's driver sends a record to the session of a rank before tick t. */
export function receivesInW8(rank: number, t: number): boolean {
  return t % 20 === 0 && (rank + t / 20) % 10 === 0;
}

/** Takes the driver's record of this tick; gives the health that it brings, which is exact in binary32. */
function drain(session: ReferenceSession, { t, nowMs }: Moment): number {
  let sum = 0;
  for (let j = 0; j < 8; j++) {
    const word = Math.imul(session.accountId, 0x9e37_79b1) + Math.imul(t, 0x85eb_ca6b) + Math.imul(j, 0x27d4_eb2f);
    sum += (word & 0xff) + ((word >>> 8) & 0xff) + ((word >>> 16) & 0xff) + (word >>> 24);
  }
  session.packetsIn++;
  session.bytesIn += 32;
  session.lastPacketMs = nowMs;
  return (sum & 1023) / 1024;
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer, 0, 1);

function emit(session: ReferenceSession, { sendWord }: Moment): void {
  float[0] = session.x;
  sendWord(bits[0]);
  float[0] = session.y;
  sendWord(bits[0]);
  sendWord(session.accountId);
  sendWord(session.updateCount);
  session.packetsOut++;
  session.bytesOut += 16;
}
