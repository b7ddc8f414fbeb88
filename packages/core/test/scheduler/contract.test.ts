import { BUILT_IN_SCHEDULERS, type IScheduler, SCHEDULER_CONTRACT_VERSION, SessionManager } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { echo } from '../manager/behaviors.js';
import { accounts, failure, startWith } from '../manager/test-manager.js';
import { serialScheduler } from './test-schedulers.js';

const startWithScheduler = (scheduler: unknown) =>
  SessionManager.start({ behavior: echo, scheduler: scheduler as IScheduler, logger: false });

const { calls: _, ...whole } = serialScheduler();
const without = (member: keyof IScheduler) => ({ ...whole, [member]: undefined });

describe('R-02 a scheduler is refused at start, by what is wrong with it', () => {
  const refusals: [string, unknown, string][] = [
    ['is missing', undefined, 'scheduler must be an IScheduler, such as inlineScheduler() of @dormouse/scheduler-inline: got undefined'],
    ['is null', null, 'scheduler must be an IScheduler, such as inlineScheduler() of @dormouse/scheduler-inline: got null'],
    ['is a name', 'inline', 'scheduler must be an IScheduler, such as inlineScheduler() of @dormouse/scheduler-inline: got "inline"'],
    [
      'is its own factory',
      serialScheduler,
      'scheduler must be an IScheduler, such as inlineScheduler() of @dormouse/scheduler-inline: got function serialScheduler; call it',
    ],
    ...(['start', 'parallelFor', 'resize', 'stop', 'stats'] as const).map((member): [string, unknown, string] => [
      `has no ${member}`,
      without(member),
      `scheduler has no ${member}(): got undefined`,
    ]),
    ['has a stop that is no function', { ...whole, stop: true }, 'scheduler has no stop(): got true'],
    ['has no name', without('name'), 'scheduler must have a name: got undefined'],
    ['has an empty name', { ...whole, name: '' }, 'scheduler must have a name: got ""'],
    ['does not say what it supports', without('supports'), 'scheduler test does not say what it supports: got undefined'],
    [
      'is of another contract',
      { ...whole, contractVersion: 2 },
      'scheduler test is built for contract 2, this core for 1: install versions that belong together',
    ],
    [
      'is of no contract',
      without('contractVersion'),
      'scheduler test is built for contract undefined, this core for 1: install versions that belong together',
    ],
  ];

  it.each(refusals)('one that %s', async (_name, scheduler, message) => {
    await expect(startWithScheduler(scheduler)).rejects.toEqual(failure('ERR_SCHEDULER_CONTRACT', message));
  });

  it('the contract is version 1, and four schedulers have names of their own', () => {
    expect([SCHEDULER_CONTRACT_VERSION, BUILT_IN_SCHEDULERS]).toEqual([1, ['inline', 'tinypool', 'poolifier', 'threads']]);
  });
});

describe('R-02 a scheduler without workers that does not run each batch exactly once is found out in that tick', () => {
  const broken = (run: (host: Parameters<IScheduler['start']>[0], count: number) => void | Promise<void>) => {
    const scheduler = serialScheduler();
    let host: Parameters<IScheduler['start']>[0];
    scheduler.start = (given) => {
      host = given;
    };
    scheduler.parallelFor = (count) => run(host, count);
    return scheduler;
  };

  it.each([
    ['leaves one out', broken((host, count) => host.caller.runBatches(1, count)), 'ran 3 of 4'],
    ['leaves all out', broken(() => {}), 'ran 0 of 4'],
    [
      'runs one twice',
      broken((host, count) => {
        host.caller.runBatches(0, count);
        host.caller.runBatches(2, 3);
      }),
      'ran 5 of 4',
    ],
    ['resolves early', broken(async (host, count) => void setImmediate(() => host.caller.runBatches(0, count))), 'ran 0 of 4'],
  ])('one that %s', async (_name, scheduler, ran) => {
    const manager = await startWith({ behavior: echo, scheduler });
    manager.createSessionBatch(accounts(256));
    await expect(manager.updateAllSessions(100)).rejects.toEqual(
      failure('ERR_SCHEDULER_CONTRACT', `tick 1: scheduler test ${ran} batches; each must run exactly once`),
    );
    await new Promise(setImmediate);
  });

  it('one that asks for a batch that is not there fails the tick, not the process', async () => {
    const manager = await startWith({ behavior: echo, scheduler: broken((host) => host.caller.runBatches(-1, 4)) });
    manager.createSessionBatch(accounts(256));
    await expect(manager.updateAllSessions(100)).rejects.toEqual(failure('ERR_SCHEDULER_FAILED'));
  });
});
