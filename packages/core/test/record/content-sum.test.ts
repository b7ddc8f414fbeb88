import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column, SlotState, Traffic } from '../../src/layout/geometry.js';
import { RecordReader } from '../../src/record/record-reader.js';
import { RecordWriter } from '../../src/record/record-writer.js';
import { makeRows } from './row-fixture.js';

const ACCOUNT = 77;
const into = new Uint8Array(20_000);

/** A row of an account that has had 12 updates, the last one in tick 30. */
function makeRow(state: SlotState) {
  const { table, blocks, columns } = makeRows();
  const [block] = blocks;
  const { page } = block;
  page[Column.account] = ACCOUNT;
  page[Column.incarnation] = 5;
  page[Column.map] = 530;
  page[Column.updateBias] = state === SlotState.active ? 30 - 12 : -12;
  table.setSlotState(0, state);
  const writer = new RecordWriter(table, true);
  writer.tick = 30;
  const record = () => into.slice(0, writer.write(block, 0, into, 0));
  const sum = () => {
    record();
    return writer.contentSum();
  };
  return { table, block, columns, page, writer, record, sum, head: () => new RecordReader(table).head(record(), ACCOUNT) };
}

describe('the record of a session that is awake', () => {
  it('says how many updates it has had, and from which tick on they count', () => {
    const { head, writer } = makeRow(SlotState.active);
    expect(head()).toMatchObject({ updateCount: 12, countsFrom: 18 });
    writer.tick = 40;
    expect(head()).toMatchObject({ updateCount: 22, countsFrom: 18 });
  });

  it('says so where more updates were had than there were ticks', () => {
    const { head, page } = makeRow(SlotState.active);
    page[Column.updateBias] = -1000;
    expect(head()).toMatchObject({ updateCount: 1030, countsFrom: -1000 });
  });

  it.each([SlotState.hibernating, SlotState.quarantined])('in state %i its updates stand still', (state) => {
    expect(makeRow(state).head()).toMatchObject({ updateCount: 12, countsFrom: undefined });
  });

  it('is read as updates that stand still', () => {
    const { table, record } = makeRow(SlotState.active);
    const { blocks } = makeRows();
    new RecordReader(table).read(record(), ACCOUNT, blocks[1], 9);
    expect(blocks[1].page[Column.updateBias + 9]).toBe(-12);
  });
});

describe('the sum of what a record says', () => {
  it('stays while updates are counted, and nothing else happens', () => {
    const { sum, writer } = makeRow(SlotState.active);
    const before = sum();
    for (const tick of [31, 200, 100_000, 0x7fff_ffff]) {
      writer.tick = tick;
      expect(sum()).toBe(before);
    }
  });

  it.each([SlotState.hibernating, SlotState.quarantined])(
    'in state %i, in which updates stand still, is another one when there were more',
    (state) => {
      const { sum, page, writer } = makeRow(state);
      const before = sum();
      writer.tick = 40;
      expect(sum()).toBe(before);
      page[Column.updateBias]--;
      expect(sum()).not.toBe(before);
    },
  );

  it.each<[string, (row: ReturnType<typeof makeRow>) => void]>([
    ['the map', ({ page }) => (page[Column.map] = 531)],
    ['the group', ({ page }) => (page[Column.group] = 1)],
    ['a packet', ({ block }) => block.traffic[Traffic.packetsIn]++],
    ['a failed update', ({ table }) => table.faultCounts[0]++],
    ['the last activity', ({ table, block }) => (table.doubles[block.firstActivity] = 0.5)],
    ['the tick from which updates count', ({ page }) => page[Column.updateBias]++],
    ['quarantine', ({ table }) => table.setSlotState(0, SlotState.quarantined)],
    ['its random stream', ({ block }) => (block.cold.i32[block.services.random + 3 * 64] = 1)],
  ])('is another one when %s changes', (_, change) => {
    const row = makeRow(SlotState.active);
    const before = row.sum();
    change(row);
    expect(row.sum()).not.toBe(before);
  });

  it('is another one for any two fields that differ, and the same for those that do not', () => {
    const { block, columns, sum } = makeRow(SlotState.active);
    const signed = columns.find(({ name }) => name === 'signed')?.offset ?? Number.NaN;
    const seen = new Map<number, string>();
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer({ min: 0, max: 2 }), (a, b, c) => {
        block.cold.i32.set([a, b, c], signed);
        const key = `${a} ${b} ${c}`;
        const value = sum();
        expect(value).toBeGreaterThan(0);
        expect(Number.isSafeInteger(value)).toBe(true);
        expect(seen.get(value) ?? key).toBe(key);
        seen.set(value, key);
      }),
      { numRuns: 3000 },
    );
  });
});
