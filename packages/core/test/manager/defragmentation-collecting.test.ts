import { describe, expect, it, vi } from 'vitest';
import { Defragmentation, type DefragmentationParts } from '../../src/manager/upkeep/defragmentation.js';

const NEVER_MS = Number.POSITIVE_INFINITY;

/** A defragmentation of nothing, whose last step is the store's; and a collection that goes on until `end` is called. */
function setUp(intervalMs: number | undefined) {
  let end = () => {};
  const settled = new Promise<void>((resolve) => {
    end = resolve;
  });
  const garbage = { isCollecting: true, settled: vi.fn(() => settled), collectSoonIfDue() {} };
  const records = { stats: () => ({ heldBytes: 0 }), compact: vi.fn(() => false) };
  const pool = { hosts: [], blocks: [], shrink() {}, refill: () => false };
  const clock = { nowMs: 0 };
  const defragmentation = new Defragmentation({
    store: { pool, hibernatingCount: 0 },
    garbage,
    records,
    moved: () => {},
    trimmed: () => {},
    isRoundOpen: () => false,
    wallClock: { now: () => clock.nowMs },
    logger: console,
    intervalMs,
  } as unknown as DefragmentationParts);
  return {
    defragmentation,
    clock,
    compact: records.compact,
    garbage,
    end: () => {
      garbage.isCollecting = false;
      end();
    },
  };
}

describe('R-25 R-26 a defragmentation while a thread collects', () => {
  it('has no slice, however many ticks end, until that is over', () => {
    const { defragmentation, clock, compact, end } = setUp(60_000);
    clock.nowMs = 60_000;
    for (let tick = 0; tick < 100; tick++) expect(defragmentation.step(NEVER_MS, 'on a tick')).toBe(true);
    expect(compact).not.toHaveBeenCalled();
    end();
    while (defragmentation.step(NEVER_MS, 'on a tick'));
    expect(compact).toHaveBeenCalledOnce();
  });

  it('that was asked for goes on by itself when that is over, and does not ask again and again meanwhile', async () => {
    const { defragmentation, compact, end, garbage } = setUp(undefined);
    const slice = vi.fn(async () => void defragmentation.step(NEVER_MS, 'between ticks'));
    const done = defragmentation.run(false, { slice });
    await vi.waitFor(() => expect(garbage.settled).toHaveBeenCalled());
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    expect([slice.mock.calls.length, compact.mock.calls.length]).toEqual([1, 0]);
    end();
    expect(await done).toMatchObject({ movedSessions: 0, droppedBlocks: 0 });
    expect(compact).toHaveBeenCalledOnce();
  });

  it('that was asked for ends with the manager, and nothing is done once that is over', async () => {
    const { defragmentation, compact, end } = setUp(undefined);
    const done = defragmentation.run(false, { slice: async () => void defragmentation.step(NEVER_MS, 'between ticks') });
    await new Promise(setImmediate);
    defragmentation.close();
    end();
    expect(await done).toMatchObject({ slices: 0, durationMs: 0 });
    expect(compact).not.toHaveBeenCalled();
  });
});
