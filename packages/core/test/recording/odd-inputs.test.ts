import { data, defineBehavior, i16, replay, type SessionManager, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { failure } from '../manager/test-manager.js';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { replayed, startRecorded } from './recorded-run.js';

const keeper = defineBehavior(import.meta.url, {
  name: 'keeper',
  state: { trail: i16({ length: 4 }), bag: data<unknown>({ maxBytes: 50 }) },
  update() {},
});

describe('a replay does what was recorded', () => {
  it('of array and data fields that were assigned to, in part or in vain', async () => {
    const { manager, recording, file } = await startRecorded({ behavior: keeper, scheduler: serialScheduler() });
    const [first, second] = manager.createSessionBatch([1, 2]).map(({ state }) => state as unknown as { trail: unknown; bag: unknown });
    first.trail = [1, 2, 3, 4];
    expect(() => {
      first.bag = 'x'.repeat(99);
    }).toThrow(failure('ERR_DATA_TOO_LARGE'));
    second.bag = 'short';
    const broken = [7, 8, 9];
    Object.defineProperty(broken, 2, {
      get() {
        throw new Error('no third');
      },
    });
    expect(() => {
      second.trail = broken;
    }).toThrow('no third');
    await manager.updateAllSessions(1);
    expect([manager.getSession(1)?.state.trail.toArray(), manager.getSession(2)?.state.trail.toArray()]).toEqual([
      [1, 2, 3, 4],
      [7, 8, 0, 0],
    ]);
    await recording.stop();
    expect((await replayed(file, [keeper])).report).toMatchObject({ ticks: 1, difference: undefined });
  });

  it('of what was shared in flight, before a session whose create hook looks at it', async () => {
    const looker = defineBehavior(import.meta.url, {
      name: 'looker',
      state: { seen: u32() },
      create(session) {
        if (session.accountId > 1) session.state.seen = session.shared<Uint32Array>('map')[0];
      },
      update() {},
    });
    const scheduler = deferredScheduler();
    const { manager, recording, file } = await startRecorded({ behavior: looker, scheduler });
    manager.createSession(1);
    const ticking = manager.updateAllSessions(1);
    manager.shared('map', Uint32Array.of(42));
    const late = manager.createSession(2);
    scheduler.open();
    expect((await ticking).refused).toEqual([]);
    expect(late.state.seen).toBe(42);
    await recording.stop();
    const shared = { map: Uint32Array.of(42) };
    const report = await replay(file, { behavior: looker, scheduler: serialScheduler(), logger: false, shared });
    expect(report).toMatchObject({ ticks: 1, difference: undefined });
  });

  it('of a session that, released by a hook of a batch, asks for another in vain: its room is promised to the batch', async () => {
    let host: SessionManager | undefined;
    const leaver = defineBehavior(import.meta.url, {
      name: 'leaver',
      state: {},
      create(_session, init: string | undefined) {
        if (init === 'releases') host?.releaseSession(9);
      },
      update() {},
      release(session) {
        session.spawn(50);
      },
    });
    const { manager, recording, file } = await startRecorded({
      behavior: leaver,
      scheduler: serialScheduler(),
      maxConcurrentSessions: 4,
    });
    host = manager as unknown as SessionManager;
    manager.createSession(9);
    manager.createSessionBatch([1, 2, 3], (id) => (id === 1 ? { init: 'releases' } : {}));
    const { refused } = await manager.updateAllSessions(1);
    expect(refused).toMatchObject([{ request: 'spawn', accountId: 50, requestedBy: 9, error: { code: 'ERR_SESSION_LIMIT' } }]);
    await recording.stop();
    host = undefined;
    expect((await replayed(file, [leaver])).report).toMatchObject({ ticks: 1, sessions: 3, difference: undefined });
  });

  it('of a manager whose time began at minus zero', async () => {
    const { manager, recording, file } = await startRecorded({ behavior: keeper, scheduler: serialScheduler(), startTimeMs: -0 });
    manager.createSession(1);
    await manager.updateAllSessions(0);
    await recording.stop();
    expect((await replayed(file, [keeper])).report).toMatchObject({ ticks: 1, difference: undefined });
  });
});
