import { behind, firstOf, type Gate, NO_BATCH } from '../memory/gate.js';
import type { BatchRunner } from '../scheduler.js';

/**
 * A participant's part in a round: runs what is in its own range, then what it can take of others', until nobody has anything left. True
 * if it finished the last entry of the round's list. Any thread; the caller must be inside the gate.
 */
export function drain(gate: Gate, participant: number, runner: BatchRunner): boolean {
  for (let done = 0; ; done++) {
    let entry = gate.claim(participant);
    if (entry === NO_BATCH) {
      // All of a range at once: everybody writes to that count.
      if (done > 0 && gate.countOff(done)) return true;
      done = 0;
      const taken = gate.takeHalf(participant);
      if (taken === undefined) return false;
      entry = gate.keep(participant, taken);
    }
    runner.runBatches(firstOf(entry), behind(entry));
  }
}
