import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Bench } from './claim.js';
import { turn } from './stand.js';

/** What a process holds that keeps it alive or takes a place in it, to be compared with later. */
export class Held {
  readonly #before = take();

  /** Asserts that there is no more of anything now. Threads may take some milliseconds to end. */
  async assertNoMore({ deadlineMs }: Bench): Promise<void> {
    const beganMs = performance.now();
    let more = this.#more();
    while (more.length > 0 && performance.now() - beganMs < deadlineMs) {
      await turn();
      more = this.#more();
    }
    assert.deepEqual(more, [], 'left behind');
  }

  #more(): string[] {
    const now = take();
    return Object.keys(now).flatMap((kind) => {
      const before = this.#before[kind] ?? 0;
      return now[kind] > before ? [`${kind}: ${before} before, ${now[kind]} now`] : [];
    });
  }
}

/** Counts, by kind. */
function take(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const resource of process.getActiveResourcesInfo()) {
    // Passing by: what waits for the next turn of the event loop, such as this.
    if (resource !== 'Immediate') counts[resource] = (counts[resource] ?? 0) + 1;
  }
  for (const event of process.eventNames()) counts[`listeners for ${String(event)}`] = process.listenerCount(event);
  const threads = threadCount();
  if (threads !== undefined) counts.threads = threads;
  return counts;
}

/** Threads of this process, where the system tells. */
function threadCount(): number | undefined {
  try {
    return readdirSync('/proc/self/task').length;
  } catch {
    return undefined;
  }
}
