import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROWS, SlotState, Traffic } from '../../src/layout/geometry.js';
import { type Form, kernelTable, type Row } from './kernel-table.js';

const BLOCKS = 5;

/** Small, about where sixteen of them run over in 32 bits, and anything. */
const counter = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.integer({ min: 2 ** 28 - 2, max: 2 ** 28 + 2 }),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
);
const time = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ min: 0, max: 5, noNaN: true }));
const row: fc.Arbitrary<Row> = fc.record({
  state: fc.constantFrom(...Object.values(SlotState)),
  packetsIn: counter,
  packetsOut: counter,
  bytesIn: counter,
  bytesOut: counter,
  dropped: counter,
  mark: counter,
  lastActivityMs: time,
});
/** Rows by slot: some blocks full of them, some with a few, some with none. */
const rows = fc.oneof(
  fc.dictionary(fc.integer({ min: 0, max: BLOCKS * ROWS - 1 }).map(String), row, { maxKeys: 40 }),
  fc.array(row, { minLength: 2 * ROWS, maxLength: 2 * ROWS }).map((all): Record<string, Row> => Object.fromEntries(all.entries())),
);
const step = fc.oneof(
  fc.constant({ kind: 'turn' } as const),
  fc.record({
    kind: fc.constant('clear column' as const),
    region: fc.constantFrom('pages' as const, 'traffic' as const),
    column: fc.constantFrom(...Object.values(Traffic)),
    block: fc.nat(BLOCKS - 1),
  }),
  fc.record({ kind: fc.constant('clear blocks' as const), withHot: fc.boolean(), block: fc.nat(BLOCKS - 1) }),
);

function filled(form: Form, content: Readonly<Record<string, Row>>) {
  const table = kernelTable(form, BLOCKS);
  for (const [slot, each] of Object.entries(content)) table.fill(Number(slot), each);
  return table;
}

describe('both forms of the kernels', () => {
  it('give what the rows themselves come to', () =>
    fc.assert(
      fc.property(rows, fc.nat(BLOCKS), time, (content, blockCount, beforeMs) => {
        const within = Object.entries(content).filter(([slot]) => Number(slot) < blockCount * ROWS);
        const awake = within.filter(([, { state }]) => state === SlotState.active || state === SlotState.quarantined);
        const sum = (column: 'packetsIn' | 'packetsOut' | 'bytesIn' | 'bytesOut' | 'dropped'): number =>
          awake.reduce((total, [, each]) => total + each[column], 0);
        const idle = within.filter(([, { state, lastActivityMs }]) => state === SlotState.active && lastActivityMs <= beforeMs);
        const count = (wanted: SlotState): number => within.filter(([, { state }]) => state === wanted).length;
        for (const form of ['simd', 'plain'] as const) {
          const { kernels } = filled(form, content);
          expect(kernels.traffic(blockCount)).toEqual({
            packetsIn: sum('packetsIn'),
            packetsOut: sum('packetsOut'),
            bytesIn: sum('bytesIn'),
            bytesOut: sum('bytesOut'),
            dropped: sum('dropped'),
          });
          expect([...kernels.slots.subarray(0, kernels.listIdle(blockCount, beforeMs))]).toEqual(
            idle.map(([slot]) => Number(slot)).sort((a, b) => a - b),
          );
          expect(kernels.countStates(blockCount)).toEqual({
            free: blockCount * ROWS - within.length + count(SlotState.free),
            active: count(SlotState.active),
            quarantined: count(SlotState.quarantined),
            hibernating: count(SlotState.hibernating),
            waking: count(SlotState.waking),
          });
        }
      }),
      { numRuns: 150 },
    ));

  it('leave the same memory behind, whatever is done in whatever order', () =>
    fc.assert(
      fc.property(rows, fc.array(step, { minLength: 1, maxLength: 6 }), (content, steps) => {
        const [simd, plain] = (['simd', 'plain'] as const).map((form) => {
          const { kernels, touched } = filled(form, content);
          for (const each of steps) {
            if (each.kind === 'turn') kernels.turnActivity(BLOCKS);
            else if (each.kind === 'clear column') kernels.clearColumn(each.region, each.column, each.block, BLOCKS - each.block);
            else kernels.clearBlocks(each.block, 1, each.withHot);
          }
          return touched();
        });
        expect(simd).toBe(plain);
      }),
      { numRuns: 50 },
    ));
});
