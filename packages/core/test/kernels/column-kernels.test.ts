import { describe, expect, it } from 'vitest';
import { columnKernels } from '../../src/kernels/column-kernels.js';
import { Column, ROWS, SlotState, Traffic } from '../../src/layout/geometry.js';
import { SessionTable } from '../../src/memory/session-table.js';
import { FORMS, kernelTable } from './kernel-table.js';

const NONE = { packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0, dropped: 0 };
const LARGEST = 0xffff_ffff;

describe.each(FORMS)('the kernels in their %s form (R-10)', (form) => {
  it('are of the form that was asked for', () => {
    expect(kernelTable(form, 1).kernels.form).toBe(form);
  });

  it('find nothing in a table that nobody has used, and in no blocks at all', () => {
    const { kernels, idle } = kernelTable(form, 3);
    expect(kernels.traffic(3)).toEqual(NONE);
    expect(kernels.traffic(0)).toEqual(NONE);
    expect(idle(Number.MAX_VALUE)).toEqual([]);
    expect(kernels.listIdle(0, 0)).toBe(0);
    expect(kernels.countStates(0)).toEqual({ free: 0, active: 0, quarantined: 0, hibernating: 0, waking: 0 });
    expect(kernels.countStates(3)).toEqual({ free: 192, active: 0, quarantined: 0, hibernating: 0, waking: 0 });
  });

  it('add up each column by itself', () => {
    const { kernels, fill } = kernelTable(form, 2);
    fill(0, { packetsIn: 1, packetsOut: 20, bytesIn: 300, bytesOut: 4000, dropped: 50_000 });
    fill(127, { packetsIn: 2, packetsOut: 30, bytesIn: 400, bytesOut: 5000, dropped: 60_000 });
    expect(kernels.traffic(2)).toEqual({ packetsIn: 3, packetsOut: 50, bytesIn: 700, bytesOut: 9000, dropped: 110_000 });
    expect(kernels.traffic(1)).toMatchObject({ packetsIn: 1, dropped: 50_000 });
  });

  it('add up the sessions in quarantine too, and neither those asleep or waking nor what is left in free rows', () => {
    const { kernels, fill } = kernelTable(form, 1);
    for (const [row, state] of Object.values(SlotState).entries()) fill(row, { state, bytesIn: 10 ** row });
    expect(kernels.traffic(1).bytesIn).toBe(10 ** SlotState.active + 10 ** SlotState.quarantined);
  });

  it('add up without loss when all counters of all rows are as large as a u32 can be, or one short of running over', () => {
    for (const value of [LARGEST, 2 ** 28, 2 ** 28 - 1]) {
      const { kernels, fill } = kernelTable(form, 4);
      const stateOf = (slot: number) => (slot === ROWS + 7 ? SlotState.quarantined : SlotState.active);
      for (let slot = 0; slot < 4 * ROWS; slot++) {
        fill(slot, { state: stateOf(slot), packetsIn: value, packetsOut: value, bytesIn: value, bytesOut: value, dropped: value });
      }
      const sum = value * 4 * ROWS;
      expect(kernels.traffic(4)).toEqual({ packetsIn: sum, packetsOut: sum, bytesIn: sum, bytesOut: sum, dropped: sum });
    }
  });

  it.each(Array.from({ length: 16 }, (_, row) => row * 4 + (row % 4)))('find a large counter in row %i of any column', (row) => {
    for (const column of ['packetsIn', 'packetsOut', 'bytesIn', 'bytesOut', 'dropped'] as const) {
      // Where all rows are active, and where one is not.
      for (const state of [SlotState.active, SlotState.quarantined]) {
        const { kernels, fill } = kernelTable(form, 1);
        for (let other = 0; other < ROWS; other++) fill(other, { [column]: other === row ? LARGEST : 1 });
        fill(63 - row, { state, [column]: 63 - row === row ? LARGEST : 1 });
        expect(kernels.traffic(1)[column]).toBe(LARGEST + ROWS - 1);
      }
    }
  });

  it('list a session in any row that has been idle since the very time given, and not one a moment later', () => {
    const { fill, idle } = kernelTable(form, 2);
    for (let slot = 0; slot < 2 * ROWS; slot++) {
      fill(slot, { lastActivityMs: 1000 });
      expect(idle(1000)).toEqual([slot]);
      expect(idle(999.999)).toEqual([]);
      fill(slot, { lastActivityMs: 1000.5 });
      expect(idle(1000)).toEqual([]);
    }
    expect(idle(1000.5)).toEqual(Array.from({ length: 2 * ROWS }, (_, slot) => slot));
  });

  it('list active sessions alone', () => {
    const { fill, idle } = kernelTable(form, 1);
    for (const [row, state] of Object.values(SlotState).entries()) fill(row, { state });
    expect(idle(0)).toEqual([Object.values(SlotState).indexOf(SlotState.active)]);
  });

  it('look at no block beyond those they are asked about', () => {
    const { kernels, fill } = kernelTable(form, 3);
    for (let slot = 0; slot < 3 * ROWS; slot++) fill(slot, {});
    expect([0, 1, 2, 3].map((blocks) => kernels.listIdle(blocks, 0))).toEqual([0, 64, 128, 192]);
    expect([0, 1, 2, 3].map((blocks) => kernels.countStates(blocks).active)).toEqual([0, 64, 128, 192]);
  });

  it('count every state, in more blocks than a byte can count', () => {
    const blocks = 300;
    const { kernels, fill } = kernelTable(form, blocks);
    const states = Object.values(SlotState);
    for (let slot = 0; slot < blocks * ROWS; slot++) {
      // Sixteen rows on, the same state: a lane has seen nothing else when it would run over.
      fill(slot, { state: states[(slot % 16) % states.length] });
    }
    const each = (blocks * ROWS) / 16;
    expect(kernels.countStates(blocks)).toEqual({
      free: 4 * each,
      active: 3 * each,
      quarantined: 3 * each,
      hibernating: 3 * each,
      waking: 3 * each,
    });
  });

  it('begin the next half of the activity window in every row of blocks in use, and write to no other', () => {
    const { kernels, fill, word, areAll } = kernelTable(form, 3);
    for (let row = 0; row < ROWS; row++) fill(row, { packetsIn: row, packetsOut: LARGEST - 7, mark: 1000 + row });
    fill(2 * ROWS + 5, { state: SlotState.hibernating, packetsIn: 3, packetsOut: 4, mark: 2 });
    kernels.turnActivity(3);
    for (let row = 0; row < ROWS; row++) {
      expect([word(row, Traffic.markBefore), word(row, Traffic.mark)]).toEqual([1000 + row, row - 8]);
    }
    expect([word(2 * ROWS + 5, Traffic.markBefore), word(2 * ROWS + 5, Traffic.mark)]).toEqual([2, 7]);
    expect(areAll(1, 0)).toBe(true);
  });

  it('do not turn the window of a block that has no session, whatever is left in its rows', () => {
    const { kernels, fill, word } = kernelTable(form, 1);
    fill(9, { state: SlotState.free, packetsIn: 5, mark: 3 });
    kernels.turnActivity(1);
    expect([word(9, Traffic.markBefore), word(9, Traffic.mark)]).toEqual([0, 3]);
  });

  it.each([
    ['pages', Column.incarnation],
    ['traffic', Traffic.bytesIn],
  ] as const)('clear one column of %s of some blocks, and nothing beside it', (region, column) => {
    const { kernels, smear, areAll, blockWords } = kernelTable(form, 4);
    smear();
    kernels.clearColumn(region, column, 1, 2);
    const isCleared = (word: number): boolean => word >= column && word < column + ROWS;
    for (const block of [0, 3]) expect(areAll(block, -1)).toBe(true);
    for (const block of [1, 2]) {
      expect(blockWords(block)[region].every((word, at) => word === (isCleared(at) ? 0 : -1))).toBe(true);
      expect(areAll(block, -1, region === 'pages' ? 'traffic' : 'pages', 'activity', 'hot')).toBe(true);
    }
  });

  it('clear all columns of some blocks, hot fields only where they are asked to', () => {
    const { kernels, smear, areAll } = kernelTable(form, 4);
    smear();
    kernels.clearBlocks(1, 1, false);
    kernels.clearBlocks(2, 1, true);
    expect([0, 3].every((block) => areAll(block, -1))).toBe(true);
    expect([areAll(1, 0, 'pages', 'traffic', 'activity'), areAll(1, -1, 'hot')]).toEqual([true, true]);
    expect(areAll(2, 0)).toBe(true);
  });
});

describe('the form of the kernels', () => {
  it('is plain where SIMD is not asked for, without a word', () => {
    const said: string[] = [];
    expect(columnKernels(SessionTable.reserve(64), false, (reason) => said.push(reason)).form).toBe('plain');
    expect(said).toEqual([]);
  });

  it('is plain where WebAssembly refuses the module, and says why', () => {
    const said: string[] = [];
    // No shared memory: what an import of the module must be.
    const table = SessionTable.reserve(64);
    const refusing = Object.create(table, { memory: { value: { buffer: table.memory.buffer } } }) as SessionTable;
    expect(columnKernels(refusing, true, (reason) => said.push(reason)).form).toBe('plain');
    expect(said).toEqual([expect.stringContaining('memory')]);
  });
});
