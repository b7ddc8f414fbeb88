import { isMainThread } from 'node:worker_threads';
import { defineBehavior, u32 } from '@dormouse/core';
import { counts, Doom, dooms } from './memory.mjs';

/** Counts its updates where the soak can see it, and dies when it is told to. */
export const doomed = defineBehavior(import.meta.url, {
  name: 'doomed',
  state: { updates: u32() },
  update(session) {
    const { accountId } = session;
    const doom = isMainThread ? Doom.none : dooms[accountId];
    if (doom !== Doom.none) {
      dooms[accountId] = Doom.none;
      if (doom === Doom.exitAfter) counts[accountId]++;
      if (doom !== Doom.spin) process.exit(9);
      for (;;);
    }
    counts[accountId]++;
    session.state.updates++;
  },
});
