import { type Gate, NO_BATCH } from '../memory/gate.js';
import type { BatchRunner } from '../scheduler.js';

/**
 * A participant's part in a round: runs what is in its own range, then what it can take of others', until nobody has anything left. True
 * if it finished the round's last batch. Any thread; the caller must be inside the gate.
 */
export function drain(gate: Gate, participant: number, runner: BatchRunner): boolean {
  let isLast = false;
  for (;;) {
    let batch = gate.claim(participant);
    if (batch === NO_BATCH) {
      const taken = gate.takeHalf(participant);
      if (taken === undefined) return isLast;
      batch = gate.keep(participant, taken);
    }
    runner.runBatches(batch, batch + 1);
    if (gate.countOff()) isLast = true;
  }
}
