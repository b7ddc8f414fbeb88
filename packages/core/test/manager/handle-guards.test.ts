import { defineBehavior, type SessionHandle, SessionManager, text, u32 } from '@dormouse/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { failure, startEcho, startWith, thrownBy } from './test-manager.js';

const guard = defineBehavior(import.meta.url, {
  name: 'guard',
  state: { post: u32() },
  update(session) {
    session.state.post += 1;
  },
});
const baker = defineBehavior(import.meta.url, { name: 'baker', state: { shop: text(16) }, update() {} });

describe('session handles', () => {
  it('a field that does not exist is an error where it is written', async () => {
    const manager = await startEcho();
    const state = manager.createSession(1).state as Record<string, unknown>;
    expect(() => {
      state.tpyo = 1;
    }).toThrow(TypeError);
    expect(state.tpyo).toBeUndefined();
  });

  it('of several behaviours tell which one they follow, and their state is typed then', async () => {
    const manager = await startWith({ behaviors: [guard, baker], scheduler: serialScheduler() });
    const handle: SessionHandle<typeof guard | typeof baker> = manager.createSession(1, { behavior: baker });
    expect(handle.is(guard)).toBe(false);
    if (!handle.is(baker)) throw new Error('it follows baker');
    expectTypeOf(handle.state.shop).toBeString();
    handle.state.shop = 'corner';
    expect(handle.state.shop).toBe('corner');
  });

  it('kept beyond shutdown are released, and keep none of the blocks alive', async () => {
    const manager = await SessionManager.start({ behavior: guard, scheduler: serialScheduler(), logger: false });
    const handle = manager.createSession(1);
    const { state } = handle;
    state.post = 7;
    await manager.shutdown();
    expect([handle.isLive, handle.status, handle.release()]).toEqual([false, 'released', false]);
    expect(thrownBy(() => state.post)).toEqual(failure('ERR_SESSION_STALE'));
    expect([...manager.sessions()]).toEqual([]);
  });
});

describe('R-08 a batch that comes too late', () => {
  it('is not run, and fails the next tick', async () => {
    let late = (): void => {};
    const scheduler = serialScheduler();
    const { start } = scheduler;
    scheduler.start = (host) => {
      late = () => host.caller.runBatches(0, 1);
      return start(host);
    };
    const manager = await startWith({ behavior: guard, scheduler });
    const handle = manager.createSession(1);
    await manager.updateAllSessions(100);
    late();
    expect(handle.state.post).toBe(1);
    await expect(manager.updateAllSessions(100)).rejects.toEqual(
      failure('ERR_SCHEDULER_CONTRACT', 'tick 2: scheduler test ran 2 of 1 batches; each must run exactly once'),
    );
    await expect(manager.updateAllSessions(100)).resolves.toMatchObject({ tick: 3, batches: 1 });
  });
});
