import { describe, expect, it } from 'vitest';
import { type Doings, MINUTE, type Sleeper, type SleepyManager, startSleepy } from '../manager/sleeping.js';
import { accounts } from '../manager/test-manager.js';
import { editHeads, headOf, setClock } from './disk-edits.js';
import { Disk, DiskStore } from './disk-fixture.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Answers as sessions got them: account, number, topic, status, value or error. */
type Got = [account: number, id: number, topic: string, status: string, value: unknown];

/** Sessions that ask once, in their first update, as many times as their account says, and take what answers there are. */
function asking(got: Got[], topics = ['price', 'weather']): Doings {
  return {
    update(session: Sleeper) {
      const { accountId } = session;
      if (session.state.updates === 1) for (let i = 0; i < accountId; i++) session.ask(topics[i % 2], i);
      for (const topic of topics) {
        for (const answer of session.answers(topic)) {
          got.push([accountId, answer.id, topic, answer.status, answer.status === 'ok' ? answer.value : answer.error]);
        }
      }
    },
  };
}

async function startOn(disk: Disk, doings: Doings, settings: Parameters<typeof startSleepy>[1] = {}) {
  const store = new DiskStore(disk);
  const { manager } = await startSleepy(doings, { store, checkpointEveryMs: 0, ...settings });
  return { manager, store };
}

/** Has sessions of these accounts sleep, stored, while their requests are with handlers that never answer; then the process dies. */
async function leaveAsking(disk: Disk, ...accountIds: number[]): Promise<void> {
  const { manager, store } = await startOn(disk, asking([]));
  manager.handle('price', () => new Promise(() => {}));
  manager.handle('weather', () => new Promise(() => {}));
  for (const accountId of accountIds) manager.createSession(accountId);
  await manager.updateAllSessions(1);
  await turn();
  await manager.updateAllSessions(5 * MINUTE);
  expect(manager.getHibernatedSessionCount()).toBe(accountIds.length);
  store.kill();
  await manager.shutdown();
  expect(disk.records.size).toBe(accountIds.length);
  setClock(disk, { tick: 2, nowMs: 5 * MINUTE + 1, incarnations: accountIds.length });
}

const LOST = 'it was asked before the process was started again, or in another manager: nobody will answer it';

const pendingOf = (manager: SleepyManager) => {
  const { asked, answered, dropped, waiting, running, settled, failed } = manager.getAskMetrics();
  return { asked, answered, dropped, open: waiting + running + settled, errors: failed.error };
};

describe('requests that were on their way when the process ended', () => {
  it('are answered error when the next tick begins, each once, and the sleeper that waits for them wakes', async () => {
    const disk = new Disk();
    await leaveAsking(disk, 1, 3);
    expect([...disk.byAccount().values()].map(({ head }) => headOf(head).isAsking)).toEqual([true, true]);
    const got: Got[] = [];
    const { manager } = await startOn(disk, asking(got), { resume: true });
    expect(manager.resumed?.asleep).toBe(2);
    for (let tick = 0; tick < 3; tick++) await manager.updateAllSessions(1);
    expect(got.sort()).toEqual([
      [1, 1, 'price', 'error', LOST],
      [3, 1, 'price', 'error', LOST],
      [3, 2, 'weather', 'error', LOST],
      [3, 3, 'price', 'error', LOST],
    ]);
    expect(pendingOf(manager)).toEqual({ asked: 4, answered: 4, dropped: 0, open: 0, errors: 4 });
  });

  it('are answered to those that come back awake, in their first tick', async () => {
    const disk = new Disk();
    await leaveAsking(disk, 2);
    editHeads(disk, { kind: 1 });
    const got: Got[] = [];
    const { manager } = await startOn(disk, asking(got), { resume: true });
    await manager.updateAllSessions(1);
    expect(got.map(([, id, topic, status]) => [id, topic, status])).toEqual([
      [1, 'price', 'error'],
      [2, 'weather', 'error'],
    ]);
  });

  it('are named by the host for as many sessions as there are, whoever writes the records', async () => {
    const disk = new Disk();
    await leaveAsking(disk, ...accounts(70));
    const got: Got[] = [];
    const { manager } = await startOn(disk, asking(got), { resume: true });
    await manager.updateAllSessions(1);
    for (const account of accounts(70)) {
      const ids = got.filter(([whose]) => whose === account).map(([, id]) => id);
      expect(ids.sort((a, b) => a - b)).toEqual(accounts(Math.min(account, 64)));
    }
  });

  it('count for nobody whose session is released first', async () => {
    const disk = new Disk();
    await leaveAsking(disk, 2);
    editHeads(disk, { kind: 1 });
    const got: Got[] = [];
    const { manager } = await startOn(disk, asking(got), { resume: true });
    manager.releaseSession(2);
    await manager.updateAllSessions(1);
    expect([got, pendingOf(manager)]).toEqual([[], { asked: 2, answered: 0, dropped: 2, open: 0, errors: 0 }]);
  });

  it('leave room for as many new ones', async () => {
    const disk = new Disk();
    await leaveAsking(disk, 64);
    const got: Got[] = [];
    const numbers: number[] = [];
    const update = (session: Sleeper) => {
      asking(got).update?.(session);
      numbers.push(session.ask('more', 1));
    };
    const { manager } = await startOn(disk, { update }, { resume: true });
    manager.handle('more', () => 'yes');
    await manager.updateAllSessions(1);
    expect([got.length, numbers]).toEqual([64, [65]]);
  });
});

describe('in a store that outlives the process', () => {
  it('requests of sleepers are answered as ever while the process lives, each once', async () => {
    const got: Got[] = [];
    const { manager } = await startOn(new Disk(), asking(got));
    const answer: (() => void)[] = [];
    const handler = (value: unknown) => new Promise((resolve) => answer.push(() => resolve(value)));
    manager.handle('price', handler);
    manager.handle('weather', handler);
    for (const accountId of [1, 3]) manager.createSession(accountId);
    await manager.updateAllSessions(1);
    await turn();
    await manager.updateAllSessions(5 * MINUTE);
    expect(manager.getHibernatedSessionCount()).toBe(2);
    expect(manager.getSession(3)?.status).toBe('hibernated');
    expect(manager.getSession(1)?.wake()).toBe(true);
    for (const settle of answer) settle();
    await turn();
    await manager.updateAllSessions(1);
    expect(got.map(([account, id, , status, value]) => [account, id, status, value]).sort()).toEqual([
      [1, 1, 'ok', 0],
      [3, 1, 'ok', 0],
      [3, 2, 'ok', 1],
      [3, 3, 'ok', 2],
    ]);
    expect(pendingOf(manager)).toEqual({ asked: 4, answered: 4, dropped: 0, open: 0, errors: 0 });
  });
});
