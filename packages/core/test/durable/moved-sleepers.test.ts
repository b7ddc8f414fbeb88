import { NO_LOCATION } from '@dormouse/core';
import { expect, it } from 'vitest';
import { u32 } from '../../src/layout/field.js';
import { MovedSleepers } from '../../src/manager/durable/moved-sleepers.js';
import { emptyHead, RecordKind, readHead } from '../../src/record/record-head.js';
import { FakeStore } from '../manager/fake-store.js';
import { accounts } from '../manager/test-manager.js';
import { makeStore } from '../session/store-fixture.js';

/** Sleepers 1 to `count`, each with a record of its own at ten times its account. */
function makeSleepers(count: number) {
  const { store } = makeStore({ value: u32() });
  const records = new FakeStore();
  for (const accountId of accounts(count)) {
    store.sleepers.add(accountId, 1000 + accountId, 0, 5, 0, accountId * 10, accountId === 3 ? 77 : Number.POSITIVE_INFINITY);
    records.records.set(accountId * 10, Uint8Array.of(1, 9, accountId));
  }
  const moved = new MovedSleepers(store, records, (incarnation) => incarnation === 1002);
  return { store, records, moved };
}

it('their records are put again as they are, at their places, with heads that say where they are', () => {
  const { store, moved } = makeSleepers(4);
  for (const accountId of [3, 2]) {
    store.sleepers.setMap(store.sleepers.find(accountId), 530);
    moved.add(accountId);
  }
  const batch = moved.next();
  expect([batch?.count, batch?.accountIds.slice(0, 2), batch?.locations.slice(0, 2)]).toEqual([
    2,
    Uint32Array.of(3, 2),
    Uint32Array.of(30, 20),
  ]);
  expect(batch?.bytes.slice(0, 6)).toEqual(Uint8Array.of(1, 9, 3, 1, 9, 2));
  expect(moved.incarnations.slice(0, 2)).toEqual(Int32Array.of(1003, 1002));
  const heads = batch?.heads ?? new Uint8Array(0);
  const view = new DataView(heads.buffer, heads.byteOffset, heads.length);
  const common = { mapId: 530, groupId: 0, shape: 9, kind: RecordKind.asleep };
  expect(readHead(view, 0, emptyHead())).toMatchObject({ ...common, accountId: 3, incarnation: 1003, dueMs: 77, isAsking: false });
  expect(readHead(view, 1, emptyHead())).toMatchObject({ ...common, accountId: 2, dueMs: Number.POSITIVE_INFINITY, isAsking: true });
  expect([moved.count, moved.next()]).toEqual([0, undefined]);
});

it('are told of 32 at a time, and again where the store has not taken it', () => {
  const { moved } = makeSleepers(40);
  for (const accountId of accounts(40)) moved.add(accountId);
  const batch = moved.next();
  expect([batch?.count, moved.count]).toEqual([32, 8]);
  if (batch !== undefined) moved.restore(batch);
  expect([moved.count, moved.next()?.accountIds[0], moved.next()?.count]).toEqual([40, 33, 8]);
});

it('wait where they are not stored yet, or cannot be read now; who is gone or awake is none of them', () => {
  const { store, records, moved } = makeSleepers(4);
  for (const accountId of accounts(4)) moved.add(accountId);
  store.sleepers.setLocation(store.sleepers.find(1), NO_LOCATION);
  store.sleepers.remove(store.sleepers.find(2));
  records.records.delete(30);
  expect([moved.delete(4), moved.delete(4)]).toEqual([true, false]);
  expect([moved.next(), moved.count]).toEqual([undefined, 0]);
  store.sleepers.setLocation(store.sleepers.find(1), 10);
  moved.stored(1);
  moved.stored(4);
  expect([moved.count, moved.next()?.accountIds[0], moved.next()]).toEqual([1, 1, undefined]);
  records.records.set(30, Uint8Array.of(1, 9, 3));
  expect([moved.next(), moved.count]).toEqual([undefined, 0]);
  moved.retry();
  expect([moved.count, moved.next()?.accountIds[0], moved.count]).toEqual([1, 3, 0]);
});

it('are looked at 64 at a time: whoever is in vain leaves the list, and keeps nobody behind waiting', () => {
  const { records, moved } = makeSleepers(100);
  for (const accountId of accounts(100)) {
    moved.add(accountId);
    if (accountId <= 70) records.records.delete(accountId * 10);
  }
  expect([moved.next(), moved.count]).toEqual([undefined, 36]);
  expect([moved.next()?.accountIds[0], moved.count]).toEqual([71, 0]);
  expect([moved.delete(5), moved.delete(5)]).toEqual([true, false]);
  moved.retry();
  expect(moved.count).toBe(69);
});
