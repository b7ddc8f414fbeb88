import { BroadcastChannel } from 'node:worker_threads';
import type { ThreadWatch } from '../../../by-hand/thread-watch.js';
import type { ThreadDeath } from '../../contender.js';

/** Where threads that have imported mortal-thread.js hear who is to end, and how. */
export const DEATHS = 'dormouse-bench-deaths';

export interface Death {
  readonly threadId: number | undefined;
  readonly death: ThreadDeath;
}

/** So many ticks without the doomed thread are enough to give up. */
const MOST_TICKS = 1000;

/** Has one of the threads end between two ticks; resolves when it is gone. */
export async function endBetweenTicks(threads: ThreadWatch): Promise<void> {
  const gone = threads.nextExit();
  const deaths = announce(threads, 'between ticks');
  await gone;
  deaths.close();
}

/**
 * Has one of the threads end in the next update that it runs, and runs ticks until it has. Resolves when it is gone, to the end of the tick that it was in, which no
 * other tick may precede. Rejects if the thread takes no part in any of a thousand.
 */
export async function endInUpdate(threads: ThreadWatch, tick: () => Promise<void>): Promise<{ readonly tickEnds: Promise<void> }> {
  let isGone = false;
  const gone = threads.nextExit().then(() => {
    isGone = true;
  });
  const deaths = announce(threads, 'in an update');
  const tickEnds = (async () => {
    for (let ticks = 0; ticks < MOST_TICKS && !isGone; ticks++) await tick();
    if (!isGone) throw new Error(`the thread that was to end had no update in ${MOST_TICKS} ticks`);
  })();
  // Who runs the next tick hears of it.
  tickEnds.catch(() => {});
  await Promise.race([gone, tickEnds]);
  deaths.close();
  return { tickEnds };
}

function announce(threads: ThreadWatch, death: ThreadDeath): BroadcastChannel {
  const deaths = new BroadcastChannel(DEATHS);
  const message: Death = { threadId: threads.firstId, death };
  deaths.postMessage(message);
  return deaths;
}
