import { defineBehavior, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { accounts, failure, startDeferred, startEcho, startWith, thrownBy } from './test-manager.js';

const BAD_IDS: [unknown, string][] = [
  [0, '0'],
  [-1, '-1'],
  [1.5, '1.5'],
  [2 ** 32, '4294967296'],
  [Number.NaN, 'NaN'],
  ['5', '"5"'],
  [5n, '5n'],
  [undefined, 'undefined'],
];

/** Its create hook throws for the accounts it is told to. */
const picky = defineBehavior(import.meta.url, {
  name: 'picky',
  state: { updates: u32() },
  create(session, refuse: boolean | undefined) {
    session.send(1);
    if (refuse) throw new RangeError('not this one');
  },
  update(session) {
    session.state.updates += 1;
  },
});

describe('R-14 sessions by account', () => {
  it.each(BAD_IDS)('account %s is refused everywhere, naming the range', async (id, shown) => {
    const manager = await startEcho();
    const refusal = failure('ERR_INVALID_ARGUMENT', `accountId must be an integer 1…4294967295: got ${shown}`);
    const account = id as number;
    for (const call of [
      () => manager.createSession(account),
      () => manager.createSessionBatch([1, account]),
      () => manager.getSession(account),
      () => manager.releaseSession(account),
      () => manager.releaseSessionBatch([account]),
      () => manager.reviveSession(account),
    ]) {
      expect(thrownBy(call)).toEqual(refusal);
    }
    expect(manager.getActiveSessionCount()).toBe(0);
  });

  it('the least and the greatest id work', async () => {
    const manager = await startEcho();
    for (const account of [1, 2 ** 31, 2 ** 32 - 1]) {
      const handle = manager.createSession(account);
      expect(handle.accountId).toBe(account);
      expect(manager.getSession(account)?.incarnation).toBe(handle.incarnation);
    }
    expect([...manager.sessions()].map(({ accountId }) => accountId)).toEqual([1, 2 ** 31, 2 ** 32 - 1]);
  });

  it('an account that exists is an error, never a second session', async () => {
    const manager = await startEcho();
    const handle = manager.createSession(7);
    const error = thrownBy(() => manager.createSession(7));
    expect(error).toEqual(failure('ERR_SESSION_EXISTS', 'account 7 has a session already: give adopt: true to go on with it'));
    expect(error).toMatchObject({ accountId: 7 });
    expect(manager.getActiveSessionCount()).toBe(1);
    expect(handle.isLive).toBe(true);
  });

  it('releasing an unknown account returns false, a known one true, once', async () => {
    const manager = await startEcho();
    expect(manager.releaseSession(9)).toBe(false);
    const handle = manager.createSession(9);
    expect(manager.releaseSession(9)).toBe(true);
    expect(manager.releaseSession(9)).toBe(false);
    expect(handle.release()).toBe(false);
    expect(manager.getSession(9)).toBeUndefined();
  });

  it.each([
    ['mapId', -1],
    ['mapId', 2 ** 32],
    ['groupId', 1.5],
    ['groupId', '3'],
  ])('%s %s is refused, naming the range', async (key, value) => {
    const manager = await startEcho();
    const refusal = failure('ERR_INVALID_ARGUMENT', new RegExp(`^${key} must be an integer 0…4294967295: got `));
    expect(thrownBy(() => manager.createSession(1, { [key]: value }))).toEqual(refusal);
    const handle = manager.createSession(1);
    expect(thrownBy(() => Object.assign(handle, { [key]: value }))).toEqual(refusal);
    expect([handle.mapId, handle.groupId]).toEqual([0, 0]);
  });

  it('release clears state, rings, counters, map, group and idle time for whoever has the slot next', async () => {
    const manager = await startEcho();
    const first = manager.createSession(1, { mapId: 5, groupId: 6, init: { home: 7 } });
    first.push(1, new Uint8Array(8));
    await manager.updateAllSessions(1000);
    first.push(2, new Uint8Array(8));
    manager.drainOutbound(() => {});
    await manager.updateAllSessions(1000);
    manager.releaseSession(1);
    const second = manager.createSession(2);
    expect({ ...JSON.parse(JSON.stringify(second.state)) }).toEqual({ updates: 0, heard: 0, home: 0 });
    const { mapId, groupId, updateCount, packetsIn, packetsOut, bytesIn, bytesOut, dropped, idleMs } = second;
    expect([mapId, groupId, updateCount, packetsIn, packetsOut, bytesIn, bytesOut, dropped, idleMs]).toEqual(Array(9).fill(0));
    expect(manager.drainOutbound(() => {})).toBe(0);
    await manager.updateAllSessions(1000);
    expect([second.state.heard, second.updateCount, second.idleMs]).toEqual([0, 1, 1000]);
  });
});

describe('R-15 batches of sessions', () => {
  it('creates all in the order of the list, with options for all or for each', async () => {
    const manager = await startEcho();
    const alike = manager.createSessionBatch(new Uint32Array([5, 3, 9]), { mapId: 2 });
    expect(alike.map(({ accountId, mapId }) => [accountId, mapId])).toEqual([
      [5, 2],
      [3, 2],
      [9, 2],
    ]);
    const each = manager.createSessionBatch([20, 10], (accountId, index) => ({ mapId: accountId, groupId: index }));
    expect(each.map(({ mapId, groupId }) => [mapId, groupId])).toEqual([
      [20, 0],
      [10, 1],
    ]);
    expect(manager.createSessionBatch([])).toEqual([]);
  });

  it('creates none when one exists, and names it', async () => {
    const manager = await startEcho();
    manager.createSession(50);
    expect(thrownBy(() => manager.createSessionBatch(accounts(100)))).toMatchObject({
      code: 'ERR_SESSION_EXISTS',
      message: 'account 50 has a session already: give adopt: true to go on with it',
      accountId: 50,
    });
    expect([manager.getActiveSessionCount(), manager.pool.allocatedCount]).toEqual([1, 1]);
  });

  it('creates none when one stands twice in the list, and names it', async () => {
    const manager = await startEcho();
    expect(thrownBy(() => manager.createSessionBatch([1, 2, 3, 2]))).toMatchObject({
      code: 'ERR_SESSION_EXISTS',
      message: 'account 2 stands twice in the batch; nothing was created',
      accountId: 2,
    });
    expect(manager.pool.allocatedCount).toBe(0);
  });

  it('creates none when the limit does not suffice for all', async () => {
    const manager = await startEcho({ maxConcurrentSessions: 10 });
    manager.createSessionBatch(accounts(4));
    expect(thrownBy(() => manager.createSessionBatch(accounts(7, 100)))).toEqual(
      failure('ERR_SESSION_LIMIT', 'at most 10 sessions (maxConcurrentSessions): there are 4, asked for 7 more'),
    );
    expect(manager.getActiveSessionCount()).toBe(4);
    expect(manager.createSessionBatch(accounts(6, 100))).toHaveLength(6);
  });

  it('creates none when a create hook throws in the middle; those before it are released again', async () => {
    const manager = await startWith({ behavior: picky, scheduler: serialScheduler() });
    manager.createSession(1);
    manager.drainOutbound(() => {});
    const error = thrownBy(() => manager.createSessionBatch(accounts(80, 10), (account) => ({ init: account === 60 })));
    expect(error).toMatchObject({
      code: 'ERR_SESSION_HOOK',
      accountId: 60,
      message: 'the create hook failed for account 60: not this one',
      cause: new RangeError('not this one'),
    });
    expect([manager.getActiveSessionCount(), manager.pool.allocatedCount]).toEqual([1, 1]);
    for (const account of [10, 59, 60, 61]) expect(manager.getSession(account)).toBeUndefined();
    expect(manager.drainOutbound(() => {})).toBe(0);
    expect(manager.createSessionBatch(accounts(80, 10))).toHaveLength(80);
    expect((await manager.updateAllSessions(100)).sessions).toBe(81);
  });

  it('queued while a tick is in flight, a batch whose hook throws is refused whole, with the account in the error', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    const handles = manager.createSessionBatch(accounts(5, 10), (account) => ({
      init: account === 12 ? (Object.create({}, { home: { get: () => unreachable() } }) as { home: number }) : { home: 1 },
    }));
    scheduler.open();
    const { refused } = await ticking;
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ request: 'create', accountId: 0, error: { code: 'ERR_SESSION_HOOK', accountId: 12 } });
    expect(handles.map(({ status }) => status)).toEqual(Array(5).fill('released'));
    expect(manager.pool.allocatedCount).toBe(1);
  });

  it('releases those there are and passes over the rest', async () => {
    const manager = await startEcho();
    manager.createSessionBatch(accounts(10));
    expect(manager.releaseSessionBatch([3, 99, 4, 3, 1000])).toBe(2);
    expect(manager.getActiveSessionCount()).toBe(8);
    expect(manager.releaseSessionBatch(new Uint32Array(accounts(10)))).toBe(8);
  });

  it.each([undefined, null, 5, 'abc', {}])('a list that is none (%s) is refused', async (list) => {
    const manager = await startEcho();
    for (const call of [() => manager.createSessionBatch(list as never), () => manager.releaseSessionBatch(list as never)]) {
      expect(thrownBy(call)).toEqual(failure('ERR_INVALID_ARGUMENT', /^expected an array: got /));
    }
  });

  it.each([null, 3, 'x'])('options that are no object (%s) are refused, naming the account', async (options) => {
    const manager = await startEcho();
    expect(thrownBy(() => manager.createSessionBatch([8], () => options as never))).toEqual(
      failure('ERR_INVALID_ARGUMENT', /^options of account 8 must be an object: got /),
    );
  });
});

function unreachable(): never {
  throw new Error('not this one');
}
