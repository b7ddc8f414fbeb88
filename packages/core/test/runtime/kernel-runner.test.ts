import { describe, expect, it } from 'vitest';
import { ParticipantWord, rowsUnderWay } from '../../src/memory/participant-words.js';
import { type KernelFunction, KernelRunner } from '../../src/runtime/kernel-runner.js';
import { makeBlock } from '../memory/block-fixture.js';
import { makeRunner } from './runner-fixture.js';
import { makeServices } from './services-fixture.js';

function setUp(kernel: KernelFunction) {
  const { block, table } = makeBlock({ blockIndex: 2 });
  const progress = table.participantWords(0);
  const faults: unknown[] = [];
  const { tick } = makeServices(table);
  const sink = { fault: (_: unknown, begin: number, end: number, error: unknown) => faults.push([begin, end, error]) };
  const runner = new KernelRunner(makeRunner({}).runner, kernel, tick, table, progress, sink);
  const run = (low: number, high: number, begin = 0, end = 64) => runner.runSegment(block, begin, end, low, high, 100);
  return { table, run, progress, faults };
}

describe('a runner by a kernel', () => {
  it.each([
    [-1, -1, 0, 64, -1, -1],
    [-1, -1, 0, 1, 1, 0],
    [-1, -1, 63, 64, 0, 1 << 31],
    [-1, -1, 31, 33, 1 << 31, 1],
    [-1, -1, 32, 64, 0, -1],
    [-1, -1, 0, 32, -1, 0],
    [-1, -1, 10, 20, 0x000f_fc00, 0],
    [0x0f0f_0f0f, 5, 4, 34, 0x0f0f_0f00, 1],
  ])(
    'calls it once for a segment, with the mask of its own active rows (%i %i, rows %i to %i)',
    (low, high, begin, end, ownLow, ownHigh) => {
      const calls: number[][] = [];
      const { run, table } = setUp((...values) => calls.push(values));
      expect(run(low, high, begin, end)).toBe(false);
      expect(calls).toEqual([[table.hotOffset(2), begin, end, ownLow, ownHigh, 100, 100]]);
    },
  );

  it('does not call it where no row of the segment is active', () => {
    const calls: number[][] = [];
    const { run } = setUp((...values) => calls.push(values));
    run(0xff, 0, 8, 64);
    run(0, 0);
    expect(calls).toEqual([]);
  });

  it('tells in its progress word which segment it has in hand, and behind which it is done', () => {
    const seen: unknown[] = [];
    const { run, progress } = setUp(() => seen.push(rowsUnderWay(progress[ParticipantWord.row])));
    run(-1, -1, 8, 40);
    expect(seen).toEqual([{ begin: 8, end: 40, next: 40 }]);
    expect(rowsUnderWay(progress[ParticipantWord.row])).toEqual({ begin: 0, end: 0, next: 40 });
  });

  it('a trap is the fault of all active rows of the segment, and of no other', () => {
    const error = new WebAssembly.RuntimeError('unreachable');
    const { run, faults, progress } = setUp(() => {
      throw error;
    });
    run(0b1101, 1 << 31, 1, 64);
    expect(faults).toEqual([
      [2, 4, error],
      [63, 64, error],
    ]);
    expect(rowsUnderWay(progress[ParticipantWord.row])).toEqual({ begin: 0, end: 0, next: 64 });
  });
});
