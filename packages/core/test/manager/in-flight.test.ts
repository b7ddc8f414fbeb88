import { PushOutcome } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { accounts, failure, startDeferred, thrownBy } from './test-manager.js';

const WORD = new Uint8Array([1, 2, 3, 4]);

describe('R-08 while a tick is in flight', () => {
  it('a second tick rejects, and the first is not disturbed', async () => {
    const { manager, scheduler } = await startDeferred();
    const handle = manager.createSession(1);
    const first = manager.updateAllSessions(100);
    await expect(manager.updateAllSessions(100)).rejects.toEqual(
      failure('ERR_TICK_IN_FLIGHT', 'tick 1 is in flight: wait for it before starting another'),
    );
    scheduler.open();
    expect((await first).sessions).toBe(1);
    expect(handle.state.updates).toBe(1);
  });

  it('state can be neither read nor written, and can again when the tick has ended', async () => {
    const { manager, scheduler } = await startDeferred();
    const { state } = manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    const refusal = failure('ERR_TICK_IN_FLIGHT', 'tick 1 is in flight: state cannot be read or written until it has ended');
    expect(thrownBy(() => state.updates)).toEqual(refusal);
    expect(thrownBy(() => manager.getSession(1)!.state.home)).toEqual(refusal);
    expect(
      thrownBy(() => {
        state.home = 3;
      }),
    ).toEqual(refusal);
    expect(thrownBy(() => JSON.stringify(state))).toEqual(refusal);
    scheduler.open();
    await ticking;
    expect({ ...JSON.parse(JSON.stringify(state)) }).toEqual({ updates: 1, heard: 0, home: 0 });
  });

  it('outbound packets cannot be drained', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    expect(thrownBy(() => manager.drainOutbound(() => {}))).toEqual(
      failure('ERR_TICK_IN_FLIGHT', 'tick 1 is in flight: packets cannot be drained until it has ended'),
    );
    scheduler.open();
    await ticking;
  });

  it('a session created then is queued, and there when the tick has ended', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    const handle = manager.createSession(2, { mapId: 7, init: { home: 9 } });
    expect(handle.status).toBe('queued');
    expect(handle.isLive).toBe(false);
    expect(manager.getSession(2)?.incarnation).toBe(handle.incarnation);
    expect(thrownBy(() => handle.mapId)).toEqual(
      failure('ERR_SESSION_STALE', `session 2#${handle.incarnation} is not there: it is created when the tick in flight ends`),
    );
    expect(manager.getActiveSessionCount()).toBe(1);
    scheduler.open();
    const report = await ticking;
    expect(report.sessions).toBe(1);
    expect([handle.status, handle.mapId, handle.state.home, handle.updateCount]).toEqual(['active', 7, 9, 0]);
  });

  it('a session released then is updated by that tick, and gone when it has ended', async () => {
    const { manager, scheduler } = await startDeferred();
    const handle = manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    expect(manager.releaseSession(1)).toBe(true);
    expect(manager.releaseSession(1)).toBe(false);
    expect(handle.release()).toBe(false);
    expect(manager.getSession(1)).toBeUndefined();
    expect(handle.isLive).toBe(true);
    scheduler.open();
    expect(await ticking).toMatchObject({ sessions: 1, refused: [] });
    expect(handle.status).toBe('released');
    expect(manager.pool.allocatedCount).toBe(0);
  });

  it('requests are carried out in call order: created, spoken to, moved, released, created anew', async () => {
    const { manager, scheduler } = await startDeferred();
    const old = manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    expect(old.push(1, WORD)).toBe(PushOutcome.queued);
    old.release();
    const anew = manager.createSession(1);
    anew.mapId = 3;
    anew.groupId = 4;
    anew.touch();
    expect(anew.push(2, WORD)).toBe(PushOutcome.queued);
    expect(old.push(3, WORD)).toBe(PushOutcome.queued);
    scheduler.open();
    const report = await ticking;
    expect(report.refused.map(({ request, accountId, error }) => [request, accountId, error.code])).toEqual([
      ['push', 1, 'ERR_SESSION_STALE'],
    ]);
    expect([old.isLive, anew.isLive, anew.mapId, anew.groupId, anew.packetsIn]).toEqual([false, true, 3, 4, 1]);
  });

  it('creations and releases are answered from what will be: existing accounts, the limit', async () => {
    const { manager, scheduler } = await startDeferred({ maxConcurrentSessions: 2 });
    manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    expect(thrownBy(() => manager.createSession(1))).toEqual(
      failure('ERR_SESSION_EXISTS', 'account 1 has a session already: give adopt: true to go on with it'),
    );
    manager.createSession(2);
    expect(thrownBy(() => manager.createSession(2))).toEqual(failure('ERR_SESSION_EXISTS'));
    expect(thrownBy(() => manager.createSession(3))).toEqual(
      failure('ERR_SESSION_LIMIT', 'at most 2 sessions (maxConcurrentSessions): there are 2, asked for 1 more'),
    );
    manager.releaseSession(1);
    manager.createSessionBatch([3]);
    expect(thrownBy(() => manager.createSession(4))).toEqual(failure('ERR_SESSION_LIMIT'));
    scheduler.open();
    expect((await ticking).refused).toEqual([]);
    expect([...manager.sessions()].map(({ accountId }) => accountId).sort()).toEqual([2, 3]);
  });

  it('a packet that finds the ring full when the tick has ended stands in the report', async () => {
    const { manager, scheduler } = await startDeferred({ ringBytes: 1024 });
    const handle = manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    const payload = new Uint8Array(300);
    expect([handle.push(1, payload), handle.push(2, payload), handle.push(3, payload)]).toEqual([1, 1, 1]);
    payload.fill(9);
    scheduler.open();
    const { refused } = await ticking;
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ request: 'push', accountId: 1 });
    expect(refused[0].error).toEqual(failure('ERR_RING_FULL', /^packet 3 of 300 bytes found the inbound ring of session 1#\d+ full$/));
    expect(handle.dropped).toBe(1);
  });

  it('pushBatch queues for sessions that are there and for those on their way, and tells of stale ones at once', async () => {
    const { manager, scheduler } = await startDeferred();
    const [here, gone] = manager.createSessionBatch([1, 2]);
    gone.release();
    const ticking = manager.updateAllSessions(100);
    const coming = manager.createSession(3);
    const outcomes = new Uint8Array(3);
    expect(manager.pushBatch([here, gone, coming], 5, new Uint8Array(12), 4, outcomes)).toBe(2);
    expect([...outcomes]).toEqual([PushOutcome.queued, PushOutcome.stale, PushOutcome.queued]);
    scheduler.open();
    expect(await ticking).toMatchObject({ refused: [], packetsIn: 2 });
    expect([here.packetsIn, coming.packetsIn, coming.bytesIn]).toEqual([1, 1, 4]);
  });

  it.each([
    ['a plain array', (): Uint8Array => Uint8Array.of(7)],
    // Its slice() shares memory.
    ['a Buffer', (): Uint8Array => Buffer.from([7])],
  ])('the payload of a queued packet is copied when it is pushed, %s', async (_name, make) => {
    const { manager, scheduler } = await startDeferred();
    const handle = manager.createSession(1);
    const first = manager.updateAllSessions(100);
    const payload = make();
    handle.push(1, payload);
    payload[0] = 99;
    scheduler.open();
    await first;
    const second = manager.updateAllSessions(100);
    scheduler.open();
    await second;
    const bytes: number[][] = [];
    manager.drainOutbound((_, packet) => bytes.push([...packet.toBytes()]));
    expect(bytes).toEqual([[7]]);
  });

  it('changes asked of a session that is gone by then are refused one by one, by what they were', async () => {
    const { manager, scheduler } = await startDeferred();
    const handle = manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    handle.release();
    handle.mapId = 1;
    handle.groupId = 1;
    handle.touch();
    scheduler.open();
    expect((await ticking).refused.map(({ request, error }) => [request, error.code])).toEqual([
      ['setMap', 'ERR_SESSION_STALE'],
      ['setGroup', 'ERR_SESSION_STALE'],
      ['touch', 'ERR_SESSION_STALE'],
    ]);
  });

  it('bad values are refused where they are given, not when the tick has ended', async () => {
    const { manager, scheduler } = await startDeferred();
    const handle = manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    const bad: (() => unknown)[] = [
      () => manager.createSession(0),
      () => handle.push(65_536),
      () => handle.push(1, new Uint8Array(70_000)),
      () => Object.assign(handle, { mapId: -1 }),
      () => manager.setUpdateBatchSize(0),
    ];
    for (const call of bad) expect(call).toThrow();
    scheduler.open();
    expect((await ticking).refused).toEqual([]);
  });

  it('a batch asked for then is created whole or not at all', async () => {
    const { manager, scheduler } = await startDeferred({ poolSize: 64, sessionCeiling: 256 });
    manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    const handles = manager.createSessionBatch(accounts(100, 10), (_, index) => ({ mapId: index }));
    expect(handles.every(({ status }) => status === 'queued')).toBe(true);
    expect(thrownBy(() => manager.createSessionBatch([500, 20]))).toEqual(failure('ERR_SESSION_EXISTS'));
    scheduler.open();
    expect((await ticking).refused).toEqual([]);
    expect(handles.map(({ mapId }) => mapId)).toEqual(accounts(100, 0));
    expect(manager.getActiveSessionCount()).toBe(101);
  });

  it('a tick that failed has carried the requests out; what was refused stands in the next report', async () => {
    const { manager, scheduler } = await startDeferred();
    const handle = manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    handle.release();
    handle.touch();
    const made = manager.createSession(2);
    scheduler.fail(new Error('lost'));
    await expect(ticking).rejects.toEqual(failure('ERR_SCHEDULER_FAILED'));
    expect([handle.status, made.status]).toEqual(['released', 'active']);
    const next = manager.updateAllSessions(100);
    scheduler.open();
    expect((await next).refused.map(({ request }) => request)).toEqual(['touch']);
    const last = manager.updateAllSessions(100);
    scheduler.open();
    expect((await last).refused).toEqual([]);
  });
});
