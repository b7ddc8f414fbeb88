import { defineBehavior, f64, SessionManager, u32 } from '@dormouse/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { accounts, startWith } from './test-manager.js';

const PERIOD_MS = 250;

/** Says by packets what its timers do: opcode 1 for a period, 100 + id for a timer. Fails on command, having done so. */
const alarm = defineBehavior(import.meta.url, {
  name: 'alarm',
  state: { failing: u32(), chance: f64() },
  create(session, init: { readonly random?: boolean } | undefined) {
    if (init?.random === true) session.state.chance = session.random();
    session.every(PERIOD_MS);
    session.after(400, 2);
    session.after(session.accountId, 1);
  },
  update(session) {
    if (session.every(PERIOD_MS)) session.send(1);
    for (let id = session.takeDue(); id !== null; id = session.takeDue()) {
      session.send(100 + id);
      if (id === 1) session.after(100, 1);
    }
    session.state.chance = session.random();
    if (session.state.failing === 1) throw new Error('on command');
  },
});

/** Runs ticks; what each account's timers did in each. */
async function watch(manager: SessionManager<typeof alarm>, diffs: readonly number[]): Promise<Map<number, string[]>> {
  const seen = new Map<number, string[]>();
  for (const diffMs of diffs) {
    await manager.updateAllSessions(diffMs);
    manager.drainOutbound((accountId, { opcode }) => {
      const said = seen.get(accountId) ?? [];
      seen.set(accountId, [...said, `${manager.tick.nowMs}: ${opcode}`]);
    });
  }
  return seen;
}

const start = (options: { startTimeMs?: number; seed?: number; updateBatchSize?: number } = {}): Promise<SessionManager<typeof alarm>> =>
  startWith({ behavior: alarm, scheduler: serialScheduler(), ...options });

describe('timers of sessions', () => {
  it('armed in a create hook come due in simulated time, whatever it starts at', async () => {
    const manager = await start({ startTimeMs: 5000 });
    manager.createSession(130);
    expect((await watch(manager, [100, 100, 100, 100, 100])).get(130)).toEqual([
      '5200: 101',
      '5300: 1',
      '5300: 101',
      '5400: 101',
      '5400: 102',
      '5500: 1',
      '5500: 101',
    ]);
  });

  it('tell the same times in ticks of any length, once at most in each', async () => {
    const manager = await start();
    manager.createSession(1000);
    expect((await watch(manager, [0, 249.75, 0.25, 3_600_000, 0, 100])).get(1000)).toEqual([
      '250: 1',
      '3600250: 1',
      '3600250: 102',
      '3600250: 101',
      '3600350: 101',
    ]);
  });

  it('of a session in quarantine wait, and are due at once when it is revived', async () => {
    const manager = await start();
    const session = manager.createSession(900);
    session.state.failing = 1;
    await watch(manager, [1, 1, 1]);
    expect(session.status).toBe('quarantined');
    session.state.failing = 0;
    expect([...(await watch(manager, [1000]))]).toEqual([]);
    manager.reviveSession(900);
    expect((await watch(manager, [100, 100])).get(900)).toEqual(['1103: 1', '1103: 102', '1103: 101', '1203: 101']);
  });

  it('end with their session: one of the same row and account has its own', async () => {
    const manager = await start();
    manager.createSessionBatch(accounts(64, 200));
    await watch(manager, [190]);
    manager.releaseSessionBatch(accounts(64, 200));
    manager.createSessionBatch(accounts(64, 200));
    const seen = await watch(manager, [190, 60]);
    expect([...seen.values()].filter((said) => said.includes('440: 101')).length).toBe(51);
    expect(seen.get(200)).toEqual(['440: 1', '440: 101']);
    expect(seen.get(263)).toEqual(['440: 1']);
  });
});

describe('random numbers of sessions', () => {
  const chances = (manager: SessionManager<typeof alarm>): Map<number, number> =>
    new Map([...manager.sessions()].map(({ accountId, state }) => [accountId, state.chance] as const).sort(([a], [b]) => a - b));

  it('are decided by seed and account alone: not by rows, order, batches, or who left before', async () => {
    const plain = await start({ seed: 99 });
    plain.createSessionBatch(accounts(150));
    await watch(plain, [100, 100, 100]);

    const other = await start({ seed: 99, updateBatchSize: 7 });
    other.createSessionBatch(accounts(100, 1000));
    await watch(other, [50]);
    other.releaseSessionBatch(accounts(100, 1000));
    for (const accountId of accounts(150).reverse()) other.createSession(accountId);
    await watch(other, [1, 2000, 3]);
    expect([...chances(other)]).toEqual([...chances(plain)]);

    const seeded = await start({ seed: 100 });
    seeded.createSessionBatch(accounts(150));
    await watch(seeded, [100, 100, 100]);
    const [drawn, drawnOtherwise] = [chances(plain), chances(seeded)];
    for (const [accountId, chance] of drawn) expect(drawnOtherwise.get(accountId)).not.toBe(chance);
  });

  it('begin in the create hook, with the first of the stream', async () => {
    const manager = await start({ seed: 3 });
    const created = manager.createSession(7, { init: { random: true } }).state.chance;
    manager.releaseSession(7);
    const later = manager.createSession(7);
    await watch(manager, [100]);
    expect(later.state.chance).toBe(created);
    await watch(manager, [100]);
    expect(later.state.chance).not.toBe(created);
  });
});

it('a manager with sessions that have never used a timer keeps nothing for timers', async () => {
  const idle = defineBehavior(import.meta.url, { name: 'idle', state: {}, update() {} });
  const asking = defineBehavior(import.meta.url, { name: 'asking', state: {}, update: (session) => void session.takeDue() });
  const usage = async (behavior: typeof idle): Promise<number> => {
    const manager = await SessionManager.start({ behavior, scheduler: serialScheduler(), logger: false });
    onTestFinished(() => manager.shutdown());
    manager.createSessionBatch(accounts(1000));
    await manager.updateAllSessions(100);
    return manager.getTotalMemoryUsage();
  };
  expect(await usage(asking)).toBe(await usage(idle));
});
