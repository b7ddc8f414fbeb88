import { PushOutcome } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { RecordKind } from '../../src/record/record-head.js';
import { failure } from '../manager/test-manager.js';
import { editHeads, headOf } from './disk-edits.js';
import { DiskStore } from './disk-fixture.js';
import { diskWith, resumeOn, startOn } from './resume-fixture.js';

describe('a record', () => {
  it.each([
    ['of no kind that there is', { kind: 3 as RecordKind }, /is corrupt: it is of kind 3$/],
    ['of no incarnation', { incarnation: 0 }, /is corrupt: it is of no incarnation$/],
    ['of no account', { accountId: 0 }, /is corrupt: it is of account 0$/],
    ['of an account that has another', { accountId: 1 }, /is corrupt: the account has another record$/],
  ])('is refused with a head %s', async (_what, head, message) => {
    const disk = await diskWith(1, 2);
    editHeads(disk, head, 2);
    const { manager } = await resumeOn(disk);
    expect(manager.resumed).toMatchObject({ asleep: 1, refused: 1 });
    expect(manager.resumed?.refusals[0].message).toMatch(message);
    expect(disk.records.size).toBe(2);
  });

  it.each([
    ['of no kind that there is', { kind: 3 as RecordKind }],
    ['of no incarnation', { incarnation: 0 }],
  ])('has its account with a head %s, until that is released', async (_what, head) => {
    const disk = await diskWith(1, 2);
    editHeads(disk, head, 2);
    const { manager, store } = await resumeOn(disk);
    expect(() => manager.createSession(2)).toThrow(failure('ERR_SESSION_EXISTS'));
    expect(() => manager.createSession(2, { adopt: true })).toThrow(failure('ERR_SESSION_EXISTS', /whose record is refused: release it/));
    expect([manager.getSession(2)?.push(1), manager.reactivateSession(2)]).toEqual([PushOutcome.stale, false]);
    (manager.getSession(2) as { mapId: number }).mapId = 9;
    await manager.updateAllSessions(100);
    await manager.checkpoint();
    expect(headOf(disk.byAccount().get(2)?.head as Uint8Array)).toMatchObject({ ...head, mapId: 0 });
    expect(manager.releaseSession(2)).toBe(true);
    await store.durable.flush();
    expect([...disk.byAccount().keys()]).toEqual([1]);
    expect(manager.createSession(2).state.mark).toBe(0);
  });

  it.each([
    ['the later incarnation', { incarnation: 9 }, { incarnation: 8 }],
    ['what was stored later', { incarnation: 9, storedAt: 1001 }, { incarnation: 9, storedAt: 1000 }],
    ['the one that is of a kind that there is', { incarnation: 9, storedAt: 1 }, { incarnation: 9, storedAt: 2, kind: 3 as RecordKind }],
  ])('of two records of one account is not %s, wherever they lie', async (_what, later, earlier) => {
    for (const isFirst of [true, false]) {
      const disk = await diskWith(1, 2);
      editHeads(disk, { kind: RecordKind.active, ...later, accountId: 7 }, isFirst ? 1 : 2);
      editHeads(disk, { kind: RecordKind.active, ...earlier, accountId: 7 }, isFirst ? 2 : 1);
      const store = new DiskStore(disk);
      store.read = () => {
        throw new Error('not now');
      };
      const { manager } = await startOn(disk, { store, resume: true });
      expect(manager.resumed).toMatchObject({ asleep: 1, active: 0, quarantined: 0, refused: 1 });
      expect([...manager.sessions()].map(({ accountId, incarnation, status }) => [accountId, incarnation, status])).toEqual([
        [7, later.incarnation, 'hibernated'],
      ]);
      expect(disk.records.size).toBe(2);
    }
  });
});

it.each([
  ['says nothing', undefined],
  ['promises none', 0],
  ['promises fewer than nobody', -4096],
  ['promises no number', Number.NaN],
  ['promises a hundred thousand', 100_000],
  ['promises more than there can be', Number.POSITIVE_INFINITY],
])('of how many are behind a page a store %s: whoever is there comes back, and room for the others is not kept', async (_what, more) => {
  const disk = await diskWith(1, 2, 3);
  const store = new DiskStore(disk);
  const { load } = store.durable;
  store.durable.load = (page) => load((count, heads, locations) => page(count, heads, locations, more));
  const { manager } = await startOn(disk, { store, resume: true });
  expect(manager.resumed).toMatchObject({ asleep: 3, refused: 0 });
  expect([...manager.sessions()].map(({ accountId }) => accountId).toSorted()).toEqual([1, 2, 3]);
  const { manager: plain } = await resumeOn(disk);
  expect(manager.getMemoryUsage().sleeperBytes).toBe(plain.getMemoryUsage().sleeperBytes);
});
