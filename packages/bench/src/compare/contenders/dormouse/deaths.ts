import { BroadcastChannel } from 'node:worker_threads';
import type { ThreadWatch } from '../../../by-hand/thread-watch.js';

/** Where threads that have imported mortal-thread.js hear the number of one that is to end. */
export const DEATHS = 'dormouse-bench-deaths';

/** Has one of the threads end between two ticks; resolves when it is gone. */
export async function endOne(threads: ThreadWatch): Promise<void> {
  const gone = threads.nextExit();
  const deaths = new BroadcastChannel(DEATHS);
  deaths.postMessage(threads.firstId);
  await gone;
  deaths.close();
}
