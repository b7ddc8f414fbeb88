import { openReference } from '../reference/reference.js';
import type { ArmSetup } from './contender.js';
import type { RecoveryOutcome } from './result.js';
import { marksOf, type SessionMarks, type ThreadLoss } from './thread-loss.js';

/** What came of the end of a thread. */
export interface Recovery {
  /** To the end of the first tick that did all that it should; undefined where none did. */
  readonly ms: number | undefined;
  readonly outcome: RecoveryOutcome;
}

/** From worst to best; last what says nothing of the arm, and counts where nothing else is known. */
const KINDS: readonly RecoveryOutcome['kind'][] = ['hung', 'failed', 'lost', 'quarantined', 'whole', 'unended'];

/**
 * Judges by the sessions. One is lost if it has gone back, if it is not what the reference is after as many updates, or if no tick has updated it any more; but for
 * those that the arm has named as put aside, which are half done.
 */
export function recoveryOf(loss: ThreadLoss, setup: Omit<ArmSetup, 'workers'>): Recovery {
  const { before, ended, after, hung, tickEndsMs } = loss;
  const all = before.updateCounts.length;
  if (!ended) return { ms: undefined, outcome: { kind: 'unended', sessions: 0 } };
  if (hung) return { ms: undefined, outcome: { kind: 'hung', sessions: all } };
  if (tickEndsMs.length === 0) return { ms: undefined, outcome: { kind: 'failed', sessions: all } };
  if (after === null || after.updateCounts.length !== all) return { ms: undefined, outcome: { kind: 'lost', sessions: all } };
  const isRight = rightOf(after, setup);
  const named = new Set(loss.putAside);
  let lost = 0;
  let aside = 0;
  let leastUpdates = Number.POSITIVE_INFINITY;
  let mostUpdates = tickEndsMs.length;
  for (let rank = 0; rank < all; rank++) {
    const updates = after.updateCounts[rank] - before.updateCounts[rank];
    if (updates >= 0 && named.has(rank)) aside++;
    else if (updates <= 0 || !isRight(rank)) lost++;
    else leastUpdates = Math.min(leastUpdates, updates);
    mostUpdates = Math.max(mostUpdates, updates);
  }
  // Ticks that ended without having updated all come before those that did.
  const ms = lost === all ? undefined : tickEndsMs[Math.min(Math.max(mostUpdates - leastUpdates, 0), tickEndsMs.length - 1)];
  if (lost > 0) return { ms, outcome: { kind: 'lost', sessions: lost } };
  return { ms, outcome: aside > 0 ? { kind: 'quarantined', sessions: aside } : { kind: 'whole', sessions: 0 } };
}

/** The worst, as that is what one has to reckon with. */
export function worstOf(recoveries: readonly Recovery[]): RecoveryOutcome {
  const outcomes = recoveries.map(({ outcome }) => outcome);
  return outcomes.reduce((worst, outcome) => {
    const difference = KINDS.indexOf(outcome.kind) - KINDS.indexOf(worst.kind);
    return difference < 0 || (difference === 0 && outcome.sessions > worst.sessions) ? outcome : worst;
  });
}

/** Tells of a session whether it is what the reference is after as many updates. Where all are updated in each tick, that is after as many ticks. */
function rightOf({ updateCounts, checksums }: SessionMarks, setup: Omit<ArmSetup, 'workers'>): (rank: number) => boolean {
  const right = new Uint8Array(updateCounts.length);
  const reference = openReference(setup);
  for (const count of [...new Set(updateCounts)].sort((a, b) => a - b)) {
    while (reference.ticks < count) reference.tick();
    const expected = marksOf(reference.sessions()).checksums;
    for (let rank = 0; rank < right.length; rank++) if (updateCounts[rank] === count && checksums[rank] === expected[rank]) right[rank] = 1;
  }
  return (rank) => right[rank] === 1;
}
