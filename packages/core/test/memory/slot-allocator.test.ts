import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlotAllocator } from '../../src/memory/slot-allocator.js';

function allocatorOf(...blocks: number[]): SlotAllocator {
  const slots = new SlotAllocator();
  for (const block of blocks) slots.addBlock(block);
  return slots;
}

const take = (slots: SlotAllocator, count: number): number[] => Array.from({ length: count }, () => slots.take());

describe('SlotAllocator', () => {
  it('has no slot before it is given a block, and none when all are taken', () => {
    const slots = new SlotAllocator();
    expect(slots.take()).toBe(-1);
    slots.addBlock(0);
    take(slots, 64);
    expect([slots.take(), slots.takenCount, slots.freeCount]).toEqual([-1, 64, 0]);
  });

  it('takes slots in ascending order through blocks in the order they were added', () => {
    const slots = allocatorOf(0, 1, 2);
    expect(take(slots, 192)).toEqual(Array.from({ length: 192 }, (_, slot) => slot));
  });

  it('takes the lowest free slot of the fullest block first', () => {
    const slots = allocatorOf(0, 1);
    take(slots, 100);
    for (const slot of [5, 3, 4]) slots.give(slot);
    for (const slot of [64, 70]) slots.give(slot);
    expect(take(slots, 6)).toEqual([3, 4, 5, 64, 70, 100]);
  });

  it('prefers an empty block that was in use to one that never was, so that no new memory is touched', () => {
    const slots = allocatorOf(0, 1, 2, 3);
    const taken = take(slots, 128);
    for (const slot of taken) slots.give(slot);
    expect(Math.floor(slots.take() / 64)).toBeLessThan(2);
    take(slots, 127);
    expect(slots.take()).toBe(128);
  });

  it('gives the same slots again and again without a block ever being used twice at once', () => {
    const slots = allocatorOf(4, 9);
    for (let round = 0; round < 5; round++) {
      const taken = take(slots, 128);
      expect(new Set(taken).size).toBe(128);
      expect(slots.take()).toBe(-1);
      for (const slot of taken.reverse()) slots.give(slot);
      expect([slots.takenCount, slots.freeCount]).toEqual([0, 128]);
    }
  });

  it('uses no slot of a removed block, and the whole of it once it is added again', () => {
    const slots = allocatorOf(0, 1, 2);
    slots.removeBlock(1);
    expect(take(slots, 128)).toEqual([...Array(64).keys(), ...Array.from({ length: 64 }, (_, row) => 128 + row)]);
    expect(slots.take()).toBe(-1);
    slots.addBlock(1);
    expect(take(slots, 64)).toEqual(Array.from({ length: 64 }, (_, row) => 64 + row));
  });

  it('removes its first, its last and its only empty block', () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      const slots = allocatorOf(0, 1, 2);
      for (const block of order) slots.removeBlock(block);
      expect([slots.take(), slots.freeCount]).toEqual([-1, 0]);
      slots.addBlock(7);
      slots.addBlock(8);
      expect([slots.take(), slots.takenIn(7), slots.takenIn(8)]).toEqual([448, 1, 0]);
    }
  });

  it('refuses to remove a block with taken rows and names how many', () => {
    const slots = allocatorOf(0);
    take(slots, 3);
    expect(() => slots.removeBlock(0)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: 'block 0 cannot be removed: 3 rows are taken' }),
    );
    expect(slots.take()).toBe(3);
  });
});

describe('R-25 SlotAllocator', () => {
  /** Blocks 0, 1, … with so many rows taken, the lowest. */
  function withTaken(...counts: number[]): SlotAllocator {
    const slots = allocatorOf(...counts.keys());
    take(slots, counts.length * 64);
    for (const [block, count] of counts.entries()) for (let row = 63; row >= count; row--) slots.give(block * 64 + row);
    return slots;
  }

  it('names the block with the fewest taken rows, of those that are neither empty nor full', () => {
    expect(withTaken(64, 40, 3, 0, 50).sparsestBlock).toBe(2);
    expect(withTaken(64, 40, 63, 0).sparsestBlock).toBe(1);
    expect(withTaken(64, 0).sparsestBlock).toBe(-1);
  });

  it('takes a slot for a session that leaves a block in the fullest other one, never in an empty one', () => {
    const slots = withTaken(10, 62, 5, 0);
    const to = Array.from({ length: 6 }, () => slots.takeBeside(2));
    expect(to).toEqual([64 + 62, 64 + 63, 10, 11, 12, 13]);
    expect(withTaken(10, 0, 64).takeBeside(0)).toBe(-1);
  });

  it('leaves the fullest block for the next, also where both are equally full', () => {
    for (const leaving of [0, 1]) {
      const slots = withTaken(32, 32);
      expect(slots.takeBeside(leaving)).toBe((1 - leaving) * 64 + 32);
    }
    expect(withTaken(60, 7).takeBeside(0)).toBe(64 + 7);
  });

  it('counts what is free beside taken rows, and finds the first that is taken', () => {
    const slots = withTaken(64, 40, 0, 1);
    expect(slots.freeBesideTaken).toBe(24 + 63);
    slots.give(3 * 64);
    expect([slots.freeBesideTaken, slots.firstTakenIn(3), slots.firstTakenIn(1)]).toEqual([24, -1, 64]);
    for (let row = 0; row < 33; row++) slots.give(64 + row);
    expect(slots.firstTakenIn(1)).toBe(64 + 33);
  });

  it('takes the lowest free slot of a block that is named, and none of a full one', () => {
    const slots = withTaken(64, 40);
    expect([slots.takeIn(0), slots.takeIn(1)]).toEqual([-1, 104]);
  });
});

describe('SlotAllocator against sets', () => {
  const operation = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('take' as const), pick: fc.nat(99) }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('give' as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), pick: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: fc.nat(9) }) },
  );

  it('takes the lowest free row of a block that none is fuller than, and counts exactly', () =>
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const slots = new SlotAllocator();
        const model = new Map<number, Set<number>>();
        const taken: number[] = [];
        for (const { kind, pick } of operations) {
          if (kind === 'add' && !model.has(pick)) {
            slots.addBlock(pick);
            model.set(pick, new Set());
          } else if (kind === 'remove' && model.get(pick)?.size === 0) {
            slots.removeBlock(pick);
            model.delete(pick);
          } else if (kind === 'give' && taken.length > 0) {
            const [slot] = taken.splice(pick % taken.length, 1);
            slots.give(slot);
            model.get(slot >> 6)?.delete(slot & 63);
          } else if (kind === 'take') {
            // Many at once now and then, so that blocks fill up.
            for (let count = pick > 90 ? 50 : 1; count > 0; count--) {
              const slot = slots.take();
              const fullest = Math.max(-1, ...[...model.values()].map((rows) => rows.size).filter((size) => size < 64));
              if (fullest === -1) {
                expect(slot).toBe(-1);
                break;
              }
              const rows = model.get(slot >> 6) as Set<number>;
              let lowest = 0;
              while (rows.has(lowest)) lowest++;
              expect([rows.size, slot & 63]).toEqual([fullest, lowest]);
              rows.add(slot & 63);
              taken.push(slot);
            }
          }
          expect([slots.takenCount, slots.freeCount]).toEqual([taken.length, model.size * 64 - taken.length]);
          for (const [block, rows] of model) expect(slots.takenIn(block)).toBe(rows.size);
        }
      }),
      { numRuns: 200 },
    ));
});
