import { describe, expect, it } from 'vitest';
import { HOT_BYTES, MAX_PARTICIPANTS, PAGE_BYTES, ROWS, SlotState, TRAFFIC_BYTES, wholePages } from '../../src/layout/geometry.js';
import { SessionTable } from '../../src/memory/session-table.js';

describe('the session table', () => {
  it('is one shared memory of its full size from the start, all zero', () => {
    const table = SessionTable.reserve(1000);
    expect(table.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(table.memory.buffer.byteLength).toBe(table.regions.totalBytes);
    expect(table.words.every((word) => word === 0)).toBe(true);
  });

  it('is the same memory for whoever attaches it', () => {
    const table = SessionTable.reserve(1000);
    const other = SessionTable.attach(table.attachment);
    table.setSlotState(77, SlotState.quarantined);
    table.outboundFlags[3] = 1;
    expect([other.slotStates[77], other.outboundFlags[3], other.regions]).toEqual([SlotState.quarantined, 1, table.regions]);
  });

  it('sets the bit of an active slot, and of no other, in its block’s mask', () => {
    const table = SessionTable.reserve(192);
    for (let slot = 0; slot < 192; slot++) {
      table.setSlotState(slot, SlotState.active);
      const set = [...table.activeMasks].flatMap((mask, word) =>
        [...Array(32).keys()].filter((bit) => (mask >>> bit) & 1).map((bit) => word * 32 + bit),
      );
      expect(set).toEqual([slot]);
      expect([0, 1, 2].map((block) => table.hasActiveRows(block))).toEqual([0, 1, 2].map((block) => block === slot >> 6));
      table.setSlotState(slot, slot % 2 === 0 ? SlotState.free : SlotState.quarantined);
    }
    expect(table.activeMasks.every((mask) => mask === 0)).toBe(true);
  });

  it('has words for 256 participants, each on a cache line of its own, and names the range otherwise', () => {
    const table = SessionTable.reserve(64);
    const offsets = Array.from({ length: MAX_PARTICIPANTS }, (_, participant) => table.participantWords(participant).byteOffset);
    expect(new Set(offsets).size).toBe(MAX_PARTICIPANTS);
    expect(offsets.every((offset) => offset % 64 === 0)).toBe(true);
    for (const participant of [-1, MAX_PARTICIPANTS]) {
      expect(() => table.participantWords(participant)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: `participant must be 0…255: got ${participant}` }),
      );
    }
  });

  it('lets blocks’ parts of a region follow each other, the last one inside the memory', () => {
    const table = SessionTable.reserve(6400);
    expect(table.pageOffset(1) - table.pageOffset(0)).toBe(PAGE_BYTES);
    expect(table.trafficOffset(1) - table.trafficOffset(0)).toBe(TRAFFIC_BYTES);
    expect(table.firstActivity(1) - table.firstActivity(0)).toBe(ROWS);
    expect(table.pageOffset(99) + PAGE_BYTES).toBeLessThanOrEqual(table.regions.traffic);
    expect(table.hotOffset(99) + HOT_BYTES).toBeLessThanOrEqual(table.regions.totalBytes);
  });

  it('counts 4 KiB a block, as much again where fields are hot, and whole pages of everything else', () => {
    const table = SessionTable.reserve(64 * ROWS);
    expect(table.touchedBytes(0, 0)).toBe(0);
    expect(table.touchedBytes(10, 0)).toBe(5 * 4096 + (5 + 5 + 2) * 4096);
    expect(table.touchedBytes(10, 4)).toBe(5 * 4096 + (5 + 5 + 2 + 4) * 4096);
  });

  it('says ERR_START_FAILED with the cause when there is no address space', () => {
    expect(() => SessionTable.reserve(64_000_000)).toThrow(
      expect.objectContaining({
        code: 'ERR_START_FAILED',
        cause: expect.any(Error),
        message: expect.stringContaining('lower sessionCeiling'),
      }),
    );
  });
});

it('wholePages rounds up to 4 KiB', () => {
  expect([0, 1, 4095, 4096, 4097].map(wholePages)).toEqual([0, 4096, 4096, 4096, 8192]);
});
