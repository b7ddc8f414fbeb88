import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collector = (options?: { readonly type: 'minor' }) => void;

/** What a collection leaves to be freed takes the collector's own threads so long, ms: some 10 for 64 MiB. */
const FREEING_MS = 20;

let gc: Collector | undefined;

/**
 * Collects this thread's garbage, whatever the process was started with: shared buffers put no pressure on the collector, and a block is
 * given back when the last thread has let go of it. Stops the thread for 4 to 45 ms, by the size of its heap; what was found is freed beside it, and
 * has been when this resolves. `stop` is given what stops the thread, to be run when that suits; twice, the second time for less than a millisecond.
 */
export async function collectGarbage(stop: (pause: () => void) => unknown = (pause) => pause()): Promise<void> {
  gc ??= collectorOfThread();
  const collect = gc;
  await stop(() => collect());
  await setTimeout(FREEING_MS);
  // The next collection begins with the end of the last one: a small one is over in less than a millisecond.
  await stop(() => collect({ type: 'minor' }));
}

function collectorOfThread(): Collector {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
