import { defineBehavior } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { FakeStore } from '../manager/fake-store.js';
import { failure, startWith } from '../manager/test-manager.js';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { settle, startLived } from './lived.js';
import { startTravellers } from './traveller.js';

describe('exportSession', () => {
  it('leaves the session as it was: two exports are the same, and a sleeper sleeps on where it is', async () => {
    const store = new FakeStore();
    const { manager, handle } = await startLived({ store });
    const before = manager.stateDigest();
    expect(manager.exportSession(7)).toEqual(manager.exportSession(7));
    expect(manager.stateDigest()).toBe(before);
    await settle(manager);
    expect([handle.hibernate(), handle.status]).toEqual([true, 'hibernating']);
    const asleep = manager.exportSession(7);
    expect(handle.status).toBe('hibernating');
    await manager.updateAllSessions(0);
    expect(handle.status).toBe('hibernated');
    // All that differs is the number of the tick.
    expect(manager.exportSession(7)).toHaveLength(asleep.length);
    expect([handle.status, store.records.size, manager.getHibernatedSessionCount()]).toEqual(['hibernated', 1, 1]);
  });

  it('refuses an account without a session, no account, and a session in its own hook', async () => {
    const { manager } = await startLived();
    expect(() => manager.exportSession(8)).toThrow(failure('ERR_SESSION_STALE', 'account 8 has no session to be exported'));
    expect(() => manager.exportSession(0)).toThrow(failure('ERR_INVALID_ARGUMENT'));
    const errors: unknown[] = [];
    const curious = defineBehavior(import.meta.url, {
      name: 'curious',
      state: {},
      create: ({ accountId }) => attempt(accountId),
      update() {},
    });
    const own = await startWith({ behavior: curious, scheduler: serialScheduler() });
    const attempt = (accountId: number): void => {
      try {
        own.exportSession(accountId);
      } catch (error) {
        errors.push(error);
      }
    };
    own.createSession(3);
    expect(errors).toEqual([failure('ERR_SESSION_HOOK', 'account 3 cannot be exported in its own create hook')]);
  });

  it('is refused while a tick is in flight', async () => {
    const scheduler = deferredScheduler();
    const manager = await startTravellers({ scheduler });
    manager.createSession(7);
    const ticking = manager.updateAllSessions(1);
    expect(() => manager.exportSession(7)).toThrow(failure('ERR_TICK_IN_FLIGHT', /a session cannot be exported/));
    scheduler.open();
    await ticking;
    expect(manager.exportSession(7).length).toBeGreaterThan(100);
  });

  it('tells a store that does not give the record back, and a record that is none any more', async () => {
    const store = new FakeStore();
    const { manager, handle } = await startLived({ store });
    await settle(manager);
    handle.hibernate();
    await manager.updateAllSessions(0);
    store.readError = new Error('broken disk');
    expect(() => manager.exportSession(7)).toThrow(failure('ERR_STORE_FAILED', 'the record of account 7 could not be read: broken disk'));
    store.readError = undefined;
    const [[location, record]] = store.records;
    store.records.set(
      location,
      record.map((byte) => byte ^ 1),
    );
    expect(() => manager.exportSession(7)).toThrow(failure('ERR_RECORD_CORRUPT'));
    expect(handle.status).toBe('hibernated');
  });
});
