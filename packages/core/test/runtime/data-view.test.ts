import { describe, expect, it } from 'vitest';
import type { DataColumn } from '../../src/layout/data-column.js';
import { data } from '../../src/layout/data-field.js';
import { u8 } from '../../src/layout/field.js';
import { touchedDataBytes } from '../../src/memory/data-values.js';
import { messagePack } from '../../src/message-pack.js';
import { type Bag, bagField, code, makeDataStates, plainText } from './data-fixture.js';

describe('a data field', () => {
  it('starts with a copy of the initial value for each session', () => {
    const { at } = makeDataStates({ bag: bagField() });
    at(0).bag.edit((bag) => {
      bag.items.push('sword');
    });
    expect(at(0).bag.value).toEqual({ gold: 5, items: ['sword'] });
    expect(at(1).bag.value).toEqual({ gold: 5, items: [] });
    expect(at(1).bag.value).not.toBe(at(2).bag.value);
    expect(at(1).bag.bytes).toBe(messagePack.encode({ gold: 5, items: [] }).length);
  });

  it('is undefined, and no bytes, without an initial value', () => {
    const { at } = makeDataStates({ bag: data<Bag>({ maxBytes: 64 }) });
    expect(at(3).bag.value).toBeUndefined();
    expect(at(3).bag.bytes).toBe(0);
    expect(at(3).bag.edit((bag) => bag ?? { gold: 1, items: [] })).toBe(true);
    expect(at(3).bag.value).toEqual({ gold: 1, items: [] });
  });

  it('tells a value of no bytes from none', () => {
    const { at } = makeDataStates({ note: data({ maxBytes: 10, initial: 'hello', codec: plainText }) });
    expect(at(0).note.set('')).toBe(true);
    expect(at(0).note.value).toBe('');
    expect(at(0).note.bytes).toBe(0);
    expect(at(1).note.value).toBe('hello');
  });

  it('gives the same object for a whole tick, another one in the next, and after a change', () => {
    const { at, tick } = makeDataStates({ bag: bagField() });
    const first = at(0).bag.value;
    expect(at(0).bag.value).toBe(first);
    at(0).bag.edit(() => undefined);
    expect(at(0).bag.value).toBe(first);
    tick.number++;
    const second = at(0).bag.value;
    expect(second).not.toBe(first);
    at(0).bag.edit((bag) => {
      bag.gold++;
    });
    expect(at(0).bag.value.gold).toBe(6);
    expect(second.gold).toBe(5);
  });

  it('shows what another view of the same row has written, in the same tick', () => {
    const { at, makeView } = makeDataStates({ bag: bagField() });
    const host = makeView();
    expect(at(7).bag.value.gold).toBe(5);
    host.at(7).bag.set({ gold: 70, items: [] });
    expect(at(7).bag.value.gold).toBe(70);
  });

  it('keeps what it is given by value: later changes of the object do nothing', () => {
    const { at } = makeDataStates({ bag: bagField() });
    const shared: Bag = { gold: 1, items: [] };
    at(0).bag.set(shared);
    at(1).bag.value = shared;
    shared.gold = 99;
    at(0).bag.edit((bag) => {
      bag.items.push('x');
    });
    expect(shared.items).toEqual([]);
    expect(at(0).bag.value).toEqual({ gold: 1, items: ['x'] });
    expect(at(1).bag.value).toEqual({ gold: 1, items: [] });
  });

  it('refuses changes of a value that was read, deep inside it too', () => {
    const { at } = makeDataStates({ any: data<unknown>({ maxBytes: 500 }) });
    at(0).any.set({ list: [{ a: 1 }], map: new Map([['k', { b: 1 }]]), set: new Set([1]) });
    const value = at(0).any.value;
    for (const change of [
      () => (value.x = 1),
      () => (value.list[0].a = 2),
      () => value.list.push(1),
      () => value.map.set('k', 1),
      () => (value.map.get('k').b = 2),
      () => value.set.add(2),
      () => value.map.clear(),
    ]) {
      expect(change).toThrow(TypeError);
    }
    expect(value).toEqual({ list: [{ a: 1 }], map: new Map([['k', { b: 1 }]]), set: new Set([1]) });
    expect(at(0).any.edit((free) => void free.map.set('k2', 1))).toBe(true);
    expect(at(0).any.value.map.size).toBe(2);
  });

  it('writes only what differs', () => {
    const { at, block } = makeDataStates({ bag: bagField() });
    at(0).bag.set({ gold: 1, items: ['a'] });
    const before = block.cold.u8.slice();
    at(0).bag.set({ gold: 1, items: ['a'] });
    at(0).bag.edit((bag) => {
      bag.gold += 0;
    });
    expect(block.cold.u8.slice()).toEqual(before);
  });

  it('works at every size around the edges of its tiers, in every row, and disturbs no neighbour', () => {
    const maxBytes = 5000;
    const { at } = makeDataStates({
      before: u8({ length: 3 }),
      a: data<string>({ maxBytes, codec: plainText }),
      b: data<string>({ maxBytes: 70, codec: plainText }),
    });
    const sizes = [0, 1, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097, 4999, 5000];
    const text = (row: number, size: number) => String.fromCharCode(65 + (row % 26)).repeat(size);
    for (let turn = 0; turn < sizes.length; turn++) {
      for (let row = 0; row < 64; row++) {
        const size = sizes[(row + turn) % sizes.length];
        expect(at(row).a.set(text(row, size))).toBe(true);
        expect(at(row).b.set(text(row + 1, Math.min(size, 70)))).toBe(true);
      }
      for (let row = 0; row < 64; row++) {
        const size = sizes[(row + turn) % sizes.length];
        expect(at(row).a.value).toBe(text(row, size));
        expect(at(row).a.bytes).toBe(size);
        expect(at(row).b.value).toBe(text(row + 1, Math.min(size, 70)));
      }
    }
    expect(at(5).a.set(text(5, 5001))).toBe(false);
  });
});

describe('a value that is too large', () => {
  it('is refused and counted by edit and set, and the old one is kept', () => {
    const { at, tick } = makeDataStates({ bag: bagField(60) });
    at(0).bag.set({ gold: 1, items: ['a'] });
    const before = at(0).bag.value;
    expect(at(0).bag.edit((bag) => void bag.items.push('x'.repeat(60)))).toBe(false);
    expect(at(0).bag.value).toBe(before);
    expect(at(0).bag.set({ gold: 2, items: ['x'.repeat(60)] })).toBe(false);
    expect(at(0).bag.tooLarge).toBe(2);
    expect(at(1).bag.tooLarge).toBe(0);
    tick.number++;
    expect(at(0).bag.value).toEqual({ gold: 1, items: ['a'] });
  });

  it('throws when assigned, either way, naming field, limit and size', () => {
    const { at, state } = makeDataStates({ bag: bagField(60) });
    const large = { gold: 2, items: ['x'.repeat(60)] };
    const bytes = messagePack.encode(large).length;
    const error = expect.objectContaining({
      code: 'ERR_DATA_TOO_LARGE',
      message: `state.bag must be at most 60 bytes when encoded: got ${bytes}; its old value is kept`,
    });
    expect(() => {
      at(0).bag.value = large;
    }).toThrow(error);
    expect(() => {
      at(0);
      state.bag = large;
    }).toThrow(error);
    expect(at(0).bag.value).toEqual({ gold: 5, items: [] });
    expect(at(0).bag.tooLarge).toBe(2);
  });
});

describe('a codec of a field’s own', () => {
  it('gets bytes of its own memory, and must give bytes', () => {
    const seen: Uint8Array[] = [];
    const codec = {
      encode: (value: unknown) => (value === 'bad' ? ('text' as never) : new TextEncoder().encode(value as string)),
      decode(bytes: Uint8Array) {
        seen.push(bytes);
        return bytes;
      },
    };
    const { at } = makeDataStates({ raw: data<unknown>({ maxBytes: 100, codec }) });
    at(0).raw.set('abc');
    expect(at(0).raw.value).toEqual(new TextEncoder().encode('abc'));
    expect(seen[0].buffer).toBeInstanceOf(ArrayBuffer);
    expect(() => at(0).raw.set('bad')).toThrow(code('ERR_INVALID_ARGUMENT'));
  });

  it('may make instances, which are not frozen', () => {
    class Score {
      points: number;

      constructor(points: number) {
        this.points = points;
      }
    }
    const codec = {
      encode: (score: unknown) => Uint8Array.of((score as Score).points),
      decode: ([points]: Uint8Array) => new Score(points),
    };
    const { at } = makeDataStates({ score: data<Score>({ maxBytes: 1, initial: new Score(3), codec }) });
    at(0).score.edit((score) => void score.points++);
    expect(at(0).score.value).toStrictEqual(new Score(4));
    expect(Object.isFrozen(at(0).score.value)).toBe(false);
  });
});

describe('a data field once its state is parked', () => {
  it('throws, and holds neither value nor block', () => {
    const { at, state } = makeDataStates({ bag: bagField() });
    const bag = at(0).bag;
    expect(bag.value.gold).toBe(5);
    state.$park();
    for (const use of [
      () => bag.value,
      () => bag.bytes,
      () => bag.tooLarge,
      () => bag.edit(() => undefined),
      () => bag.set({ gold: 1, items: [] }),
    ]) {
      expect(use).toThrow(code('ERR_SESSION_PARKED'));
    }
  });

  it('has written what was set before, and nothing more', () => {
    const { at, state, block } = makeDataStates({ bag: bagField() });
    at(0).bag.set({ gold: 7, items: ['rope'] });
    at(1).bag.edit((bag) => {
      bag.gold = 9;
    });
    const before = block.cold.u8.slice();
    state.$park();
    expect(Buffer.compare(block.cold.u8, before)).toBe(0);
  });

  it('has no members but its own', () => {
    const { at } = makeDataStates({ bag: bagField() });
    expect(() => {
      (at(0).bag as unknown as Record<string, unknown>).gold = 1;
    }).toThrow(TypeError);
  });
});

describe('what a data field says it has touched', () => {
  it('is the pages of the tiers that were used, whoever used them', () => {
    const { at, block, layout } = makeDataStates({ a: data<string>({ maxBytes: 10_000, codec: plainText }) });
    const [column] = layout.columns as DataColumn[];
    const touched = () => touchedDataBytes(block, column, 64);
    expect(touched()).toBe(0);
    at(0).a.set('x'.repeat(64));
    at(63).a.set('x');
    expect(touched()).toBe(4096);
    at(0).a.set('x'.repeat(300));
    at(8).a.set('x'.repeat(512));
    expect(touched()).toBe(4096 + 2 * 4096);
    at(1).a.set('x'.repeat(4097));
    // Row 1 lies at 10 000 … 19 999 of its tier: bytes 10 000 … 14 096 are in pages 2 and 3.
    expect(touched()).toBe(4096 + 2 * 4096 + 2 * 4096);
    at(1).a.set('x');
    expect(touched()).toBe(4096 + 2 * 4096 + 2 * 4096);
    expect(touchedDataBytes(block, column, 1)).toBe(2 * 4096);
  });
});
