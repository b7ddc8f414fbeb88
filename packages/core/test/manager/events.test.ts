import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type DormouseEvents, defineBehavior, EVENT_NAMES, type EventName, SessionManager } from '@dormouse/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { startWith } from './test-manager.js';

/** Collects what is published from now to the end of the test. */
function heard<N extends EventName>(...names: N[]): { name: N; message: DormouseEvents[N] }[] {
  const events: { name: N; message: DormouseEvents[N] }[] = [];
  for (const name of names) {
    const listener = (message: unknown): void => void events.push({ name, message: message as DormouseEvents[N] });
    subscribe(name, listener);
    onTestFinished(() => void unsubscribe(name, listener));
  }
  return events;
}

describe('events on node:diagnostics_channel', () => {
  it('cover a whole life, in order', async () => {
    const events = heard(...EVENT_NAMES);
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      update(session) {
        if (session.accountId === 2) throw new Error('fell');
      },
    });
    const options = { behavior, logger: false, quarantineAfter: 1, poolSize: 1, poolGrowth: 1 } as const;
    const manager = await SessionManager.start({ ...options, scheduler: serialScheduler() });
    manager.createSessionBatch([1, 2]);
    const report = await manager.updateAllSessions(100);
    manager.reviveSession(2);
    manager.releaseSession(2);
    await manager.shutdown();
    expect(events.map(({ name, message }) => [name, message])).toEqual([
      ['dormouse:manager:started', { scheduler: 'test', maxConcurrentSessions: 5000 }],
      ['dormouse:session:created', { accountId: 1 }],
      ['dormouse:pool:grown', { capacity: 2 }],
      ['dormouse:session:created', { accountId: 2 }],
      ['dormouse:session:fault', report.faults[0]],
      ['dormouse:session:quarantined', { accountId: 2, faults: 1 }],
      ['dormouse:tick', report],
      ['dormouse:session:revived', { accountId: 2 }],
      ['dormouse:session:released', { accountId: 2 }],
      ['dormouse:manager:stopped', { ticks: 1 }],
    ]);
  });

  it('tell of refused requests as the report does', async () => {
    const events = heard('dormouse:request:refused');
    const scheduler = deferredScheduler();
    const manager = await startWith({ behavior: defineBehavior(import.meta.url, { state: {}, update() {} }), scheduler });
    const handle = manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    handle.release();
    handle.touch();
    scheduler.open();
    const { refused } = await ticking;
    expect(events.map(({ message }) => message)).toEqual(refused);
    expect(refused[0]).toMatchObject({ request: 'touch', accountId: 1, error: { code: 'ERR_SESSION_STALE' } });
  });

  it('tell of a release hook that failed; the session is gone all the same', async () => {
    const events = heard('dormouse:request:refused', 'dormouse:session:released');
    const errors: string[] = [];
    const silent = () => {};
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      release() {
        throw new Error('cannot let go');
      },
      update() {},
    });
    const logger = { debug: silent, info: silent, warn: silent, error: (text: string) => errors.push(text) };
    const manager = await startWith({ behavior, scheduler: serialScheduler(), logger });
    const handle = manager.createSession(5);
    expect(manager.releaseSession(5)).toBe(true);
    expect([handle.isLive, manager.pool.allocatedCount]).toEqual([false, 0]);
    expect(events[0]).toMatchObject({
      name: 'dormouse:request:refused',
      message: { request: 'release', accountId: 5, error: { code: 'ERR_SESSION_HOOK', cause: new Error('cannot let go') } },
    });
    expect(events[1]).toMatchObject({ name: 'dormouse:session:released', message: { accountId: 5 } });
    expect(errors).toEqual(['module.playerbot.session: the release hook failed for account 5: cannot let go']);
  });

  it('tell of a tick that failed, with the error it rejects with', async () => {
    const events = heard('dormouse:tick:failed');
    const manager = await startWith({
      behavior: defineBehavior(import.meta.url, { state: {}, update() {} }),
      scheduler: serialScheduler({ parallelFor: () => Promise.reject(new Error('lost')) }),
    });
    manager.createSession(1);
    const error = await manager.updateAllSessions(100).catch((cause) => cause);
    expect(events.map(({ message }) => message)).toEqual([{ tick: 1, error }]);
    expect(events[0].message.error).toBe(error);
  });

  it('name every channel once, all under dormouse:', () => {
    expect(new Set(EVENT_NAMES).size).toBe(EVENT_NAMES.length);
    expect(EVENT_NAMES.every((name) => /^dormouse:[a-z]+(:[a-z]+)?$/.test(name))).toBe(true);
  });
});
