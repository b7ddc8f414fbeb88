import {
  type ResidentOptions,
  residentScheduler,
  type SessionHandle,
  type SessionManager,
  type ThreadLauncher,
  type TickReport,
} from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../manager/ask-fixture.js';
import { accounts, startWith } from '../manager/test-manager.js';
import { fated, fatedBatch } from './threads/fates.mjs';
import { rawLauncher } from './threads/raw-launcher.mjs';

interface Settings {
  behavior?: typeof fated;
  workerThreads?: number;
  updateBatchSize?: number;
  updateTimeoutMs?: number;
}

/** A manager whose sessions meet these fates in tick 2; account by account. */
async function startFated(
  fates: Readonly<Record<number, string>>,
  options: ResidentOptions = {},
  { behavior = fated, ...settings }: Settings = {},
  sessions = 200,
) {
  const scheduler = residentScheduler(rawLauncher(), options);
  const manager = await startWith({ behavior, scheduler, workerThreads: 2, updateTimeoutMs: 200, ...settings });
  const handles = manager.createSessionBatch(accounts(sessions), (accountId: number) => ({
    init: { fate: fates[accountId] ?? 'none', at: fates[accountId] === undefined ? 0 : 2 },
  }));
  return { manager, scheduler, handles };
}

const told = ({ faults }: TickReport) => faults.map(({ accountId, tick, error }) => [accountId, tick, (error as { code?: string }).code]);

/** Every session was updated in every tick, but the interrupted ones, whose last was tick 1. */
function expectUpdates(handles: readonly SessionHandle<typeof fated>[], ticks: number, interrupted: readonly number[]): void {
  for (const { accountId, state } of handles) {
    expect([accountId, state.updates]).toEqual([accountId, interrupted.includes(accountId) ? 1 : ticks]);
  }
}

async function tick(manager: SessionManager<typeof fated>, count = 1): Promise<TickReport> {
  let report = await manager.updateAllSessions(100);
  for (let tick = 1; tick < count; tick++) report = await manager.updateAllSessions(100);
  return report;
}

const MODES: readonly [string, ResidentOptions][] = [
  ['caller idle', {}],
  ['caller joins', { callerParticipates: true, adaptiveWaking: false }],
  ['caller idle, by tasks', { dispatch: 'task' }],
  ['caller joins, by tasks', { callerParticipates: true, adaptiveWaking: false, dispatch: 'task' }],
];

const WAYS: readonly (readonly [fate: string, accountId: number])[] = [
  ['exit', 30],
  ['spin', 30],
  ['block', 30],
  ['outOfMemory', 30],
  ['exit', 1],
  ['exit', 64],
];

describe.each(MODES)('a thread that dies in an update (%s)', (_, options) => {
  const isJoined = options.callerParticipates === true;

  it.each(WAYS.slice(0, options.dispatch === 'task' ? 2 : WAYS.length))(
    '%s in row %i: its session alone is interrupted, all others are updated once, and see each other',
    async (fate, accountId) => {
      const small = { resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 } };
      const { manager, scheduler, handles } = await startFated({ [accountId]: fate }, { ...options, ...small });
      await tick(manager);
      const report = await tick(manager);
      // Where the caller joins, it may have run the session itself, where it does nothing.
      const interrupted = report.faults.length === 0 && isJoined ? [] : [accountId];
      expect(told(report)).toEqual(interrupted.map((accountId) => [accountId, 2, 'ERR_SESSION_INTERRUPTED']));
      expectUpdates(handles, 2, interrupted);
      expect((await tick(manager, 3)).faults).toEqual([]);
      expectUpdates(handles, 5, interrupted);
      expect(scheduler.stats().replacedThreads).toBe(interrupted.length);
    },
  );

  it('all threads die in one tick: all who were in an update are interrupted, all others updated once', async () => {
    const fates = { 10: 'exit', 100: 'exit', 150: 'exit', 151: 'exit' };
    const { manager, handles } = await startFated(fates, options, { updateBatchSize: 32 });
    await tick(manager);
    const report = await tick(manager);
    const interrupted = report.faults.map(({ accountId }) => accountId);
    if (!isJoined) expect(interrupted).toEqual([10, 100, 150, 151]);
    expect((await tick(manager, 3)).faults).toEqual([]);
    expectUpdates(handles, 5, interrupted);
  });
});

describe('what else a session can do to its thread', () => {
  it.each(['throwUntouchable', 'throwUnclonable'])('%s: a fault like any other', async (fate) => {
    const { manager, scheduler, handles } = await startFated({ 30: fate });
    await tick(manager);
    const report = await tick(manager);
    expect(report.faults.map(({ accountId, faults, quarantined }) => [accountId, faults, quarantined])).toEqual([[30, 1, false]]);
    await tick(manager);
    for (const { accountId, state } of handles) expect([accountId, state.updates]).toEqual([accountId, accountId === 30 ? 2 : 3]);
    expect(scheduler.stats().replacedThreads).toBe(0);
  });

  it.each(['exitLater', 'spinLater'])('%s: what it does between two updates costs its thread alone', async (fate) => {
    const { manager, handles } = await startFated({ 30: fate }, {}, { workerThreads: 1 });
    expect((await tick(manager, 5)).faults).toEqual([]);
    expectUpdates(handles, 5, []);
  });

  it('a call of updateBatch is interrupted as a whole, and what was before and behind it is not run again', async () => {
    const { manager, handles } = await startFated({ 70: 'exit' }, {}, { behavior: fatedBatch as never, updateBatchSize: 20 });
    await tick(manager);
    const report = await tick(manager);
    const interrupted = report.faults.map(({ accountId }) => accountId);
    // Batches of 20 rows, calls of one block: rows 60…63 and 64…79.
    expect(interrupted).toEqual(accounts(16, 65));
    await tick(manager);
    for (const { accountId, state } of handles) {
      // Those before the one that died had their update, and that is all that is known of them.
      const expected = interrupted.includes(accountId) ? (accountId < 70 ? 2 : 1) : 3;
      expect([accountId, state.updates]).toEqual([accountId, expected]);
    }
  });
});

it('a thread that cannot be replaced is tried again by the manager’s clock; meanwhile the others run all there is', async () => {
  const raw = rawLauncher();
  let tries = 0;
  let failing = 0;
  const launch: ThreadLauncher['launch'] = (threadOptions) => {
    tries++;
    if (failing-- > 0) throw new Error('no thread to be had');
    return raw.launch(threadOptions);
  };
  const clock = new ManualClock();
  const scheduler = residentScheduler({ name: 'raw', launch });
  const manager = await startWith({ behavior: fated, scheduler, workerThreads: 2, clock });
  const handles = manager.createSessionBatch(accounts(200), (accountId: number) => ({
    init: { fate: accountId === 30 ? 'exit' : 'none', at: 1 },
  }));
  let ticks = 0;
  const tickUntil = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      await tick(manager);
      ticks++;
      await new Promise(setImmediate);
    }
  };
  failing = 4;
  await tickUntil(() => tries === 2 + 3);
  await tickUntil(() => clock.timers.size === 1);
  expect(scheduler.stats()).toMatchObject({ missingThreads: 1, replacedThreads: 1 });
  clock.advance(1000);
  await tickUntil(() => clock.timers.size === 1);
  expect([tries, scheduler.stats().missingThreads]).toEqual([6, 1]);
  clock.advance(2000);
  await tickUntil(() => scheduler.stats().missingThreads === 0);
  expect([tries, scheduler.stats().participants.length]).toEqual([7, 2]);
  for (const { accountId, state } of handles) expect([accountId, state.updates]).toEqual([accountId, accountId === 30 ? 0 : ticks]);
  await manager.shutdown();
  expect(clock.timers.size).toBe(0);
});
