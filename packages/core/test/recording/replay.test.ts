import { replay } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { failure } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { ECHO, gambler, makeRoamer, roamer, THROW } from './behaviors.js';
import { replayed, startRecorded } from './recorded-run.js';

const BYTES = Uint8Array.of(1, 2, 3);

/** A short run that uses most of what a host can do; returns the digests after each tick. */
async function run(detail: 'tick' | 'session' = 'session') {
  const { manager, recording, file } = await startRecorded({ behavior: roamer, scheduler: serialScheduler(), seed: 42 }, { detail });
  const digests: string[] = [];
  const tick = async () => {
    await manager.updateAllSessions(250);
    digests.push(manager.stateDigest());
  };
  const handles = manager.createSessionBatch([30, 10, 20], (accountId) => ({
    mapId: accountId,
    init: { name: `n${accountId}`, speed: 2 },
  }));
  await tick();
  handles[0].push(ECHO, BYTES);
  handles[1].push(THROW);
  handles[1].state.bag.edit((bag) => void bag.items.push('rope'));
  handles[2].state.trail.assign([5, 6], 1);
  handles[2].state.purse = -1n;
  handles[2].state.name = 'Zoë';
  handles[2].mapId = 7;
  handles[2].groupId = 8;
  await tick();
  manager.drainOutbound(() => {});
  manager.createSession(5);
  expect(() => manager.createSession(6, { init: { name: '', speed: 0, fails: true } })).toThrow(failure('ERR_SESSION_HOOK'));
  manager.releaseSession(30);
  handles[1].touch();
  await tick();
  await tick();
  await recording.stop();
  return { file, digests, recording, manager };
}

describe('a recording that is replayed', () => {
  it('gives the same sessions after every tick', async () => {
    const { file, digests, recording } = await run();
    const { report, digests: again } = await replayed(file, [makeRoamer(1)]);
    expect(report).toEqual({ ticks: 4, sessions: 3, digest: digests[3], difference: undefined, truncated: false });
    expect(again).toEqual(digests);
    expect([recording.ticks, recording.isActive, recording.error]).toEqual([4, false, undefined]);
  });

  it('does so for any batch size, and for batches in any order', async () => {
    const { file, digests } = await run();
    for (const updateBatchSize of [1, 2, 3, 100, 256]) {
      expect((await replayed(file, [roamer], { updateBatchSize })).digests).toEqual(digests);
    }
    const backwards = serialScheduler();
    const { start } = backwards;
    backwards.start = (host) =>
      start.call(backwards, {
        ...host,
        caller: {
          runBatches(begin, end) {
            for (let batch = end - 1; batch >= begin; batch--) host.caller.runBatches(batch, batch + 1);
          },
        },
      });
    const report = await replay(file, { behavior: roamer, scheduler: backwards, logger: false, updateBatchSize: 1 });
    expect(report).toMatchObject({ ticks: 4, difference: undefined });
  });

  it('shows what sessions held after each tick', async () => {
    const { file } = await run();
    const seen: unknown[] = [];
    await replay(file, {
      behavior: roamer,
      scheduler: serialScheduler(),
      logger: false,
      onTick: ({ tick, nowMs, accountIds, stateOf }) => void seen.push([tick, nowMs, accountIds(), stateOf(20)?.name, stateOf(10)?.bag]),
    });
    expect(seen).toEqual([
      [1, 250, [10, 20, 30], 'n20', { gold: 0, items: [] }],
      [2, 500, [10, 20, 30], 'Zoë', { gold: 0, items: ['rope'] }],
      [3, 750, [5, 10, 20], 'Zoë', { gold: 0, items: ['rope'] }],
      [4, 1000, [5, 10, 20], 'Zoë', { gold: 1, items: ['rope'] }],
    ]);
  });

  it('gives a scheduler with workers what a manager would', async () => {
    const { file } = await run();
    const scheduler = serialScheduler();
    const { start } = scheduler;
    let asked: unknown;
    scheduler.start = (host) => {
      const { workerThreads, updateTimeoutMs, workerSetup } = host;
      asked = { workerThreads, updateTimeoutMs, workerSetup };
      return start.call(scheduler, { ...host });
    };
    const settings = { workerThreads: 3, updateTimeoutMs: 70, workerSetup: ['data:text/javascript,'] };
    await replay(file, { behavior: roamer, scheduler, logger: false, ...settings });
    expect(asked).toEqual(settings);
    await expect(replay(file, { behavior: roamer, scheduler, logger: false, workerThreads: 256 })).rejects.toEqual(
      failure('ERR_CONFIG_INVALID', 'workerThreads must be an integer 0…255: got 256'),
    );
  });

  it('ends after the tick it is told to end with, or when its signal says so', async () => {
    const { file, digests } = await run();
    const options = { behavior: roamer, scheduler: serialScheduler(), logger: false } as const;
    expect(await replay(file, { ...options, untilTick: 2 })).toMatchObject({ ticks: 2, digest: digests[1] });
    const stopping = new AbortController();
    const report = await replay(file, { ...options, signal: stopping.signal, onTick: () => stopping.abort() });
    expect(report).toMatchObject({ ticks: 1, digest: digests[0], difference: undefined, truncated: false });
  });
});

describe('a behaviour that is not what it was', () => {
  it('is found in the first tick that comes out otherwise, with account and fields', async () => {
    const { file, digests } = await run();
    const { report } = await replayed(file, [makeRoamer(2)]);
    expect(report).toMatchObject({ ticks: 0, truncated: false });
    expect(report.difference).toMatchObject({ tick: 1, accountId: 10, expected: digests[0], actual: report.digest });
    expect(report.difference?.fields).toEqual(['roamer.x', 'roamer.steps', 'roamer.trail']);
    expect(report.difference?.message).toBe(
      'tick 1: account 10 differs from the record (and 2 more of 3) in roamer.x, roamer.steps, roamer.trail',
    );
  });

  it('is found without the account when only totals were kept', async () => {
    const { file } = await run('tick');
    const { report } = await replayed(file, [makeRoamer(2)]);
    expect(report.difference).toMatchObject({ tick: 1, accountId: undefined, fields: ['roamer.x', 'roamer.steps', 'roamer.trail'] });
    expect(report.difference?.message).toBe('tick 1: sessions differ from the record in roamer.x, roamer.steps, roamer.trail');
  });

  it('is found when it throws dice of its own', async () => {
    const { manager, recording, file } = await startRecorded({ behavior: gambler, scheduler: serialScheduler() });
    manager.createSessionBatch([3, 4, 5, 6]);
    for (let i = 0; i < 6; i++) await manager.updateAllSessions(100);
    await recording.stop();
    const { report } = await replayed(file, [gambler]);
    expect(report.ticks).toBe(2);
    expect(report.difference).toMatchObject({
      tick: 3,
      accountId: 5,
      fields: ['gambler.luck'],
      message: 'tick 3: account 5 differs from the record in gambler.luck',
    });
  });
});
