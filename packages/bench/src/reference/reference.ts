import type { ArmSetup, FinalSession } from '../compare/contender.js';
import { checksumOf } from '../harness/checksum.js';
import { advanceF32, advanceF64 } from './motion.js';
import { ReferenceSession, START_MS } from './session.js';
import { receivesInW8, UPDATES } from './updates.js';

/** Sessions of a workload as docs/workloads.md has them, driver and all: what everybody else must come to. Ticks are numbered from 0. */
export interface Reference {
  tick(): void;
  /** Ticks that have run. */
  readonly ticks: number;
  /** u32. */
  checksum(): number;
  /** u32. */
  egressSum(): number;
  /** Of all sessions since the start. */
  updates(): number;
  packetsIn(): number;
  packetsOut(): number;
  /** Of payloads. */
  bytesIn(): number;
  bytesOut(): number;
  /** Ascending account id. */
  sessions(): Iterable<FinalSession>;
}

/**
 * Opens the plain implementation, which shares no code with behaviours, floor and contenders: objects, one after the other, on this thread. A W1 update takes it
 * some 40 ns. Between ticks nothing is kept but the sessions.
 */
export function openReference({ workload, arith, sessions, diffMs }: Omit<ArmSetup, 'workers'>): Reference {
  const all = Array.from({ length: sessions }, (_, rank) => new ReferenceSession(rank));
  const update = UPDATES[workload];
  const advance = arith === 'f32' ? advanceF32 : advanceF64;
  let egressSum = 0;
  let t = 0;
  const sendWord = (word: number): void => {
    egressSum = (egressSum + word) | 0;
  };

  const reference = {
    ticks: 0,
    tick(): void {
      const nowMs = START_MS + diffMs * (t + 1);
      const moment = { t, diffMs, nowMs, sessions, advance, sendWord };
      for (const session of all) {
        if (session.asleep && !receivesInW8(session.rank, t)) continue;
        session.asleep = false;
        session.updateCount++;
        update(session, moment);
      }
      if (workload === 'W8' && (t + 1) % 10 === 0) {
        for (const session of all) if (nowMs - session.lastPacketMs >= 1500) session.asleep = true;
      }
      t++;
      reference.ticks = t;
    },
    checksum: () => checksumOf(reference.sessions()),
    egressSum: () => egressSum >>> 0,
    updates: () => sumOf(all, ({ updateCount }) => updateCount),
    packetsIn: () => sumOf(all, ({ packetsIn }) => packetsIn),
    packetsOut: () => sumOf(all, ({ packetsOut }) => packetsOut),
    bytesIn: () => sumOf(all, ({ bytesIn }) => bytesIn),
    bytesOut: () => sumOf(all, ({ bytesOut }) => bytesOut),
    *sessions(): Generator<FinalSession> {
      for (const session of all) yield session.final(workload === 'W5');
    },
  };
  return reference;
}

function sumOf(sessions: readonly ReferenceSession[], of: (session: ReferenceSession) => number): number {
  return sessions.reduce((sum, session) => sum + of(session), 0);
}
