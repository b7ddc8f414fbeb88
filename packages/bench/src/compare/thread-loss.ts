import { setTimeout as sleep } from 'node:timers/promises';
import { checksumOf } from '../harness/checksum.js';
import type { Arm, FinalSession } from './contender.js';

/** What every session has done, by rank, and a checksum of each alone. */
export interface SessionMarks {
  readonly updateCounts: Uint32Array;
  readonly checksums: Uint32Array;
}

/** What went on after a thread had ended, told as it was seen from outside. */
export interface ThreadLoss {
  readonly before: SessionMarks;
  /** False where no thread could be made to end: then nothing more was asked. */
  readonly ended: boolean;
  /** Null where the sessions could not be read any more. */
  readonly after: SessionMarks | null;
  /** Ranks that the arm has put aside, and named. */
  readonly putAside: readonly number[];
  /** When the ticks ended that did, ms after the thread was gone. */
  readonly tickEndsMs: readonly number[];
  /** Ticks that were rejected. */
  readonly rejected: number;
  /** A tick did not end within its bound, and nothing more was asked. */
  readonly hung: boolean;
}

/** So many ticks that end are enough to see who goes on. */
const TICKS = 10;
/** So many that are rejected are enough to give up: a second, in which a library may well start another thread. */
const MOST_REJECTED = 100;
/** From a tick that was rejected to the next. */
const PAUSE_MS = 10;

/** So many bounds are never exceeded by all of it: reading, the thread's end, ticks until one bound is over and the last of them, reading, and what is in between. */
export const BOUNDS_OF_A_LOSS = 6;

/**
 * Ends a thread of the arm and goes on with tick t. `boundMs`: what reading the sessions, the end of the thread, and a tick may each take, and how long ticks are begun.
 * Rejects where the sessions cannot be read before anything has ended.
 */
export async function loseThread(arm: Arm, t: number, boundMs: number): Promise<ThreadLoss> {
  const before = marksOf(await within(boundMs, Promise.resolve(arm.sessions())));
  if (!(await endsThread(arm, boundMs)))
    return { before, ended: false, after: null, putAside: [], tickEndsMs: [], rejected: 0, hung: false };
  const goneMs = performance.now();
  const tickEndsMs: number[] = [];
  let rejected = 0;
  let hung = false;
  while (tickEndsMs.length < TICKS && rejected < MOST_REJECTED && !hung && performance.now() < goneMs + boundMs) {
    try {
      await within(boundMs, Promise.resolve(arm.tick(t + tickEndsMs.length + rejected, null)));
      tickEndsMs.push(performance.now() - goneMs);
    } catch (error) {
      if (error instanceof Late) {
        hung = true;
      } else {
        rejected++;
        await sleep(PAUSE_MS);
      }
    }
  }
  const after = hung ? null : await readable(arm, boundMs);
  return { before, ended: true, after, putAside: arm.putAside?.() ?? [], tickEndsMs, rejected, hung };
}

/** True once a thread is gone; false where that takes longer than the bound, or is refused. */
async function endsThread(arm: Arm, boundMs: number): Promise<boolean> {
  try {
    await within(boundMs, Promise.resolve(arm.killThread?.()));
    return true;
  } catch {
    return false;
  }
}

/** The sessions as they are now; null where they cannot be read within the bound. */
async function readable(arm: Arm, boundMs: number): Promise<SessionMarks | null> {
  try {
    return marksOf(await within(boundMs, Promise.resolve(arm.sessions())));
  } catch {
    return null;
  }
}

/** As the harness computes them. */
export function marksOf(sessions: Iterable<FinalSession>): SessionMarks {
  const updateCounts: number[] = [];
  const checksums: number[] = [];
  for (const session of sessions) {
    updateCounts.push(session.updateCount);
    checksums.push(checksumOf([session]));
  }
  return { updateCounts: Uint32Array.from(updateCounts), checksums: Uint32Array.from(checksums) };
}

class Late extends Error {}

async function within<T>(boundMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`not within ${boundMs} ms`)), boundMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
