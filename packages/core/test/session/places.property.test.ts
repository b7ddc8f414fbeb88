import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MapIndex, NO_GROUP } from '../../src/memory/map-index.js';
import { AccountOrder } from '../../src/session/account-order.js';
import { Places } from '../../src/session/places.js';

interface Somebody {
  readonly accountId: number;
  readonly behaviorIndex: number;
  mapId: number;
}

const change = fc.oneof(
  fc.record({ kind: fc.constant('come' as const), accountId: fc.integer({ min: 1, max: 60 }), place: fc.nat(), slot: fc.nat(499) }),
  fc.record({ kind: fc.constant('move' as const), accountId: fc.integer({ min: 1, max: 60 }), place: fc.nat() }),
  fc.record({ kind: fc.constant('go' as const), accountId: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant('look' as const) }),
);

it('the map index holds, by behaviour that publishes and by map, the slots by account, after any changes', () =>
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), fc.constantFrom([0, 1, 0xffff_ffff], [...Array(40).keys()]), (changes, mapIds) => {
      const index = MapIndex.create();
      const publishes = [true, false, true];
      const places = new Places(index, publishes);
      const order = new AccountOrder();
      const there = new Map<number, Somebody>();
      const look = () => {
        places.settle(order);
        const reader = MapIndex.attach(index.buffer);
        for (const behaviorIndex of publishes.keys()) {
          for (const mapId of mapIds) {
            const expected = [...there]
              .filter(([, one]) => publishes[behaviorIndex] && one.behaviorIndex === behaviorIndex && one.mapId === mapId)
              .sort(([, a], [, b]) => a.accountId - b.accountId)
              .map(([slot]) => slot);
            const entry = reader.find(behaviorIndex, mapId);
            const [first, count] = entry === NO_GROUP ? [0, 0] : reader.words.subarray(entry + 2, entry + 4);
            expect([...reader.words.subarray(first, first + count)]).toEqual(expected);
          }
        }
        for (let block = 0; block < 8; block++) {
          const inhabited = [...there].some(([slot, one]) => slot >> 6 === block && publishes[one.behaviorIndex]);
          expect(places.toBeShown(block)).toBe(inhabited);
        }
      };
      const slotOf = (accountId: number) => [...there].find(([, one]) => one.accountId === accountId)?.[0];
      for (const each of changes) {
        if (each.kind === 'look') {
          look();
          continue;
        }
        const { accountId } = each;
        const slot = slotOf(accountId);
        if (each.kind === 'come') {
          if (slot !== undefined || there.has(each.slot)) continue;
          const somebody = { accountId, behaviorIndex: each.place % 3, mapId: mapIds[each.place % mapIds.length] };
          there.set(each.slot, somebody);
          order.added(accountId, each.slot);
          places.placed(each.slot, somebody.behaviorIndex, somebody.mapId);
        } else if (slot === undefined) continue;
        else if (each.kind === 'move') {
          const mapId = mapIds[each.place % mapIds.length];
          (there.get(slot) as Somebody).mapId = mapId;
          places.moved(slot, mapId);
        } else {
          there.delete(slot);
          order.removed(accountId);
          places.left(slot);
        }
      }
      look();
    }),
  ));

it('the map index moves to a larger buffer when it must, and only then', () => {
  const index = MapIndex.create();
  const places = new Places(index, [true]);
  const order = new AccountOrder();
  const first = index.buffer;
  const settle = (count: number) => {
    for (let slot = 0; slot < count; slot++) {
      order.added(slot + 1, slot);
      places.placed(slot, 0, 0);
    }
    places.settle(order);
  };
  settle(100);
  expect(index.buffer).toBe(first);
  for (let slot = 0; slot < 100; slot++) {
    order.removed(slot + 1);
    places.left(slot);
  }
  settle(5000);
  expect(index.buffer).not.toBe(first);
  expect(index.words[index.find(0, 0) + 3]).toBe(5000);
  expect(places.indexBytes).toBe(index.buffer.byteLength);
});
