import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MINUTE, type SleepyManager, startSleepy } from './sleeping.js';
import { accounts, failure } from './test-manager.js';

const CEILING = 64;
const woken: number[] = [];
const listen = (message: unknown): void => void woken.push((message as { accountId: number }).accountId);

afterEach(() => {
  unsubscribe('dormouse:session:woken', listen);
  woken.length = 0;
});

/** Accounts 1 … `count` sleep, stored, until minute 9, every third a minute less. */
async function startTimed(count: number, settings: Parameters<typeof startSleepy>[1] = {}) {
  const started = await startSleepy(
    {
      update(session) {
        if (session.updateCount === 1 && session.accountId < 1000) session.wakeAt((session.accountId % 3 === 0 ? 8 : 9) * MINUTE);
      },
    },
    { enableAutoHibernation: false, ...settings },
  );
  const { manager } = started;
  manager.createSessionBatch(accounts(count));
  await manager.updateAllSessions(1);
  for (const accountId of accounts(count)) manager.hibernateSession(accountId);
  await manager.updateAllSessions(1);
  expect(manager.pool.allocatedCount).toBe(0);
  subscribe('dormouse:session:woken', listen);
  return started;
}

/** In which order they are due. */
function byTime(count: number): number[] {
  const all = accounts(count);
  return [...all.filter((accountId) => accountId % 3 === 0), ...all.filter((accountId) => accountId % 3 !== 0)];
}

async function tick(manager: SleepyManager, diffMs = 1): Promise<number[]> {
  const { refused } = await manager.updateAllSessions(diffMs);
  return refused.map(({ accountId }) => accountId);
}

describe('sleepers whose time has come', () => {
  it('are tried no further in a tick once there was no slot; they keep their order, and wake when there is', async () => {
    const { manager } = await startTimed(10, { sessionCeiling: CEILING, maxConcurrentSessions: CEILING });
    const others = manager.createSessionBatch(accounts(CEILING).map((accountId) => accountId + 1000));
    expect([await tick(manager, 10 * MINUTE), await tick(manager)]).toEqual([[3], []]);
    for (const other of others.slice(0, 4)) other.release();
    // Four wake; for the next of them there is none again.
    expect([await tick(manager), woken]).toEqual([[2], byTime(10).slice(0, 4)]);
    for (const other of others.slice(4)) other.release();
    expect([await tick(manager), woken]).toEqual([[], byTime(10)]);
    expect(manager.getActiveSessionCount()).toBe(10);
  });

  it('wake without a slot being free when their rows are still there, whoever waits for one', async () => {
    const { manager, store } = await startTimed(10, { sessionCeiling: CEILING, maxConcurrentSessions: CEILING });
    store.putError = new Error('disk full');
    manager.createSessionBatch(accounts(CEILING - 2).map((accountId) => accountId + 1000));
    manager.createSessionBatch([500, 501]);
    await manager.updateAllSessions(1);
    for (const accountId of [500, 501]) expect(manager.hibernateSession(accountId)).toBe(true);
    await manager.updateAllSessions(10 * MINUTE);
    expect(woken).toEqual([501, 500]);
  });

  it('are tried 32 a tick while records cannot be read, each in its turn, and all wake when they can', async () => {
    const { manager, store } = await startTimed(100);
    const read = vi.spyOn(store, 'read');
    store.readError = new Error('disk gone');
    const told: number[] = [];
    for (let ticks = 1; ticks <= 4; ticks++) {
      told.push(...(await tick(manager, 10 * MINUTE)));
      expect(read).toHaveBeenCalledTimes(ticks * 32);
    }
    expect(told).toEqual(byTime(100));
    expect(woken).toEqual([]);
    store.readError = undefined;
    expect(await tick(manager)).toEqual([]);
    expect([...woken].sort((a, b) => a - b)).toEqual(accounts(100));
  });

  it('that were released meanwhile, or woken, are not tried again', async () => {
    const { manager } = await startTimed(10, { sessionCeiling: CEILING, maxConcurrentSessions: CEILING });
    const others = manager.createSessionBatch(accounts(CEILING).map((accountId) => accountId + 1000));
    await tick(manager, 10 * MINUTE);
    others[0].release();
    expect(manager.reactivateSession(3)).toBe(true);
    others[1].release();
    // It wakes for its hook, of which nobody hears.
    manager.releaseSession(6);
    expect([await tick(manager), woken]).toEqual([[1], [3, 9]]);
    expect(manager.getSession(6)).toBe(undefined);
  });

  it('are told why they do not wake', async () => {
    const { manager } = await startTimed(1, { sessionCeiling: CEILING, maxConcurrentSessions: CEILING });
    manager.createSessionBatch(accounts(CEILING).map((accountId) => accountId + 1000));
    const { refused } = await manager.updateAllSessions(10 * MINUTE);
    expect(refused).toEqual([{ request: 'wake', accountId: 1, error: failure('ERR_SESSION_LIMIT') }]);
  });
});
