import { defineBehavior, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { FakeStore } from '../manager/fake-store.js';
import { accounts, failure, thrownBy } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { replayed, startRecorded } from './recorded-run.js';

const state = { updates: u32() };

/** The first one asks for another in each update; released, for one more. */
const parent = defineBehavior(import.meta.url, {
  name: 'parent',
  state,
  release(session) {
    session.spawn(100);
  },
  update(session) {
    session.state.updates += 1;
    if (session.accountId === 1) session.spawn(10 + session.tick.number);
  },
});

const childless = defineBehavior(import.meta.url, {
  name: 'parent',
  state,
  update(session) {
    session.state.updates += 1;
  },
});

/** Four sessions, as many as there is memory for; two of them sleep, and the store takes its time. */
async function start() {
  const store = new FakeStore();
  store.isAsync = true;
  const options = { behavior: parent, scheduler: serialScheduler(), store, sessionCeiling: 4, maxConcurrentSessions: 4 };
  const started = await startRecorded(options);
  started.manager.createSessionBatch(accounts(4));
  for (const accountId of [2, 3]) started.manager.hibernateSession(accountId);
  return { ...started, store };
}

describe('R-18 a session for which there is no slot, since rows of sleepers are not stored yet', () => {
  it('is refused in the report to the one that has asked for it, and by an error to the host', async () => {
    const { manager } = await start();
    const { refused } = await manager.updateAllSessions(100);
    expect(refused.map(({ request, accountId, requestedBy, error }) => [request, accountId, requestedBy, error.code])).toEqual([
      ['spawn', 11, 1, 'ERR_SESSION_LIMIT'],
    ]);
    expect(thrownBy(() => manager.createSession(5))).toEqual(
      failure(
        'ERR_SESSION_LIMIT',
        'at most 4 sessions can be in memory (sessionCeiling): there are 4, 2 of them asleep and not stored yet',
      ),
    );
  });

  it('is refused in a replay as well, whatever its store has taken by then', async () => {
    const { manager, recording, file, store } = await start();
    const digests: string[] = [];
    const tick = async () => {
      await manager.updateAllSessions(100);
      digests.push(manager.stateDigest());
    };
    await tick();
    thrownBy(() => manager.createSession(5));
    thrownBy(() => manager.createSessionBatch([6, 7]));
    // What this one asks for as it goes comes too early: its own slot is free only then.
    manager.releaseSession(4);
    await tick();
    await store.settle();
    await tick();
    expect(manager.getHibernatedSessionCount()).toBe(2);
    expect([11, 100, 12, 13].map((accountId) => manager.getSession(accountId) !== undefined)).toEqual([false, false, true, true]);
    await recording.stop();
    const { report, digests: again } = await replayed(file, [parent]);
    expect([report.difference?.message, again]).toEqual([undefined, digests]);
  });

  it('is missed by a replay in which nobody asks for it', async () => {
    const { manager, recording, file } = await start();
    await manager.updateAllSessions(100);
    await recording.stop();
    const { report } = await replayed(file, [childless]);
    expect(report.difference?.message).toBe(
      'tick 1: account 11: a session that another asked for: recorded refused for want of a slot, now not asked for',
    );
  });

  it('is missed as well where it was asked for between two ticks', async () => {
    const { manager, recording, file } = await start();
    manager.releaseSession(1);
    await recording.stop();
    const { report } = await replayed(file, [childless]);
    expect(report.difference?.message).toBe(
      'tick 0: account 100: a session that another asked for: recorded refused for want of a slot, now not asked for',
    );
  });
});
