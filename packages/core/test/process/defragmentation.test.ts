import { beforeAll, describe, expect, it } from 'vitest';
import { runWith } from './run.js';

interface Measured {
  readonly rssBytes: number;
  readonly fullBytes: number;
  readonly totalBytes: number;
  readonly isRight: boolean;
  readonly sleeping: number;
  readonly report: { readonly movedSessions: number; readonly droppedBlocks: number; readonly bytesGivenBack: number };
}

/**
 * Threads that V8 compiles and collects with have pools of malloc's of their own, which keep what was freed: up to 20 MB of them, by how much was
 * compiled at once. They share one here, so that what is left of a longer run is sessions' memory.
 */
const ONE_POOL = { MALLOC_ARENA_MAX: '1' };

const measure = (scheduler: string, way: string): Promise<Measured> =>
  runWith<Measured>(ONE_POOL, new URL('./defragmentation.mjs', import.meta.url), scheduler, way);

describe.each(['inline', 'raw'])('R-25 the resident set on %s, after 4000 of 5000 sessions at random', (scheduler) => {
  let fresh: Measured;
  beforeAll(async () => {
    fresh = await measure(scheduler, 'fresh');
  });

  it.each(['hibernate', 'release'])('%s, and a defragmentation, is at most 1.15 times a fresh manager’s with the rest', async (way) => {
    const measured = await measure(scheduler, way);
    const { rssBytes, isRight, sleeping, report } = measured;
    expect([isRight, sleeping]).toEqual([true, way === 'hibernate' ? 4000 : 0]);
    expect(report.droppedBlocks).toBe(79 - 16);
    // Some 24 KiB of the rings of each that is gone.
    expect(report.bytesGivenBack).toBeGreaterThan(4000 * 24_000);
    expect(measured.fullBytes - rssBytes).toBeGreaterThan(4000 * 20_000);
    expect(rssBytes / fresh.rssBytes).toBeLessThan(1.15);
  });
});
