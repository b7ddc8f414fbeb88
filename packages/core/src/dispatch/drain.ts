import { behind, firstOf, type Gate, NO_BATCH } from '../memory/gate.js';
import type { BatchRunner } from '../scheduler.js';

/**
 * A participant's part in a round: runs what is in its own range, then what it can take of others', until nobody has anything left. True
 * if it finished the last entry of the round's list. Any thread; the caller must be inside the gate.
 */
export function drain(gate: Gate, participant: number, runner: BatchRunner): boolean {
  let isLast = false;
  for (;;) {
    let entry = gate.claim(participant);
    if (entry === NO_BATCH) {
      const taken = gate.takeHalf(participant);
      if (taken === undefined) return isLast;
      entry = gate.keep(participant, taken);
    }
    runner.runBatches(firstOf(entry), behind(entry));
    if (gate.countOff()) isLast = true;
  }
}
