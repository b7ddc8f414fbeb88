import { describe, expect, it } from 'vitest';
import type { SessionBatch } from '../../src/session-api.js';
import { type Loose, makeRunner as setUp } from './runner-fixture.js';

describe('a runner of batches', () => {
  it.each([
    [-1, -1, [[0, 64]]],
    [
      0x0000_00f1,
      0,
      [
        [0, 1],
        [4, 8],
      ],
    ],
    [
      0x8000_0000 | 0,
      0x8000_0001 | 0,
      [
        [31, 33],
        [63, 64],
      ],
    ],
    [0, 0, []],
  ])('gives every unbroken run of active rows in one call (%i %i)', (low, high, runs) => {
    const seen: number[][] = [];
    const { run } = setUp({ updateBatch: (batch) => seen.push([batch.begin, batch.end]) as unknown as undefined });
    run(low, high);
    expect(seen).toEqual(runs);
  });

  it('shows columns at constant offsets, hot and cold, and its session at any of its rows', () => {
    const { run, block } = setUp({
      updateBatch: (batch: SessionBatch<Loose>) => {
        const at = batch.at as Loose;
        for (let row = batch.begin; row < batch.end; row++) {
          batch.f32[at.x + row] = row / 2;
          batch.hot.i32[at.hot + row] = batch.session(row).accountId;
        }
      },
    });
    run();
    expect([block.cold.f32[64 + 63], block.hot.i32[63]]).toEqual([31.5, 1063]);
  });

  it('refuses a row outside its run', () => {
    const { run, faults } = setUp({
      updateBatch: (batch) => {
        for (const row of [3, 8, 4.5, -1, Number.NaN]) {
          expect(() => batch.session(row)).toThrow(
            expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('4…7') }),
          );
        }
      },
    });
    run(0xf0, 0);
    expect(faults).toEqual([]);
  });

  it('reports the whole run when it throws, goes on with the next, and takes back a claim of any of its rows', () => {
    const { run, faults, drained } = setUp({
      updateBatch: (batch) => {
        batch.session(batch.begin).claim(batch.begin, 4);
        if (batch.begin !== 10) return;
        batch.session(11);
        throw new Error('ten');
      },
    });
    run(0x0000_0c01, 1);
    expect(faults).toEqual([{ begin: 10, end: 12, error: new Error('ten') }]);
    expect([drained(0), drained(10), drained(32)]).toEqual([[0], [], [32]]);
  });

  it('keeps the claim of an earlier run when a later one throws', () => {
    const { run, drained } = setUp({
      updateBatch: (batch) => {
        if (batch.begin === 0) batch.session(0).claim(7, 4);
        else throw new Error('later');
      },
    });
    run(0b101, 0);
    expect(drained(0)).toEqual([7]);
  });

  it('leaves a batch that was kept dead once it is parked', () => {
    let kept: SessionBatch | undefined;
    const { run, runner } = setUp({
      updateBatch: (batch) => {
        kept = batch;
      },
    });
    run();
    runner.park();
    expect(() => kept?.session(0)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_PARKED' }));
    expect([kept?.f32.length, kept?.hot.i32.length]).toEqual([0, 0]);
  });
});
