import type { IScheduler, RoundWork, SchedulerHost } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { failuresOf } from './failures-of.js';

/** A scheduler that deals with a round as the test says. */
function running(
  run: (host: SchedulerHost, count: number, epoch: number, work?: RoundWork) => void | Promise<void>,
  overrides: Partial<IScheduler> = {},
) {
  return (): IScheduler => {
    let host: SchedulerHost | undefined;
    let batches = 0;
    return {
      ...serialScheduler(),
      start(given) {
        host = given;
      },
      parallelFor(count, epoch, work) {
        batches += count;
        return run(host as SchedulerHost, count, epoch, work);
      },
      stop() {},
      stats: () => ({ participants: [{ ...UNUSED, batches }] }),
      ...overrides,
    };
  };
}

const UNUSED = { batches: 0, steals: 0, failedSteals: 0, updateUs: 0, idleUs: 0 };
const serial = (host: SchedulerHost, count: number): void => host.caller.runBatches(0, count);
/** Tests that are tried in this process. */
const HERE = /^(?!100 starts|the process ends)/;

describe('the conformance suite on schedulers without workers', () => {
  it.each([
    ['at once', running(serial)],
    ['later', running(async (host, count) => serial(host, count))],
    [
      'backwards, one by one',
      running((host, count) => {
        for (let batch = count - 1; batch >= 0; batch--) host.caller.runBatches(batch, batch + 1);
      }),
    ],
    ['and can be resized', running(serial, { supports: { workers: false, resize: true, callerParticipates: true } })],
  ])('passes one that runs every batch once %s', async (_name, create) => {
    expect(await failuresOf({ create, only: HERE })).toEqual(new Map());
  });

  it.each([
    [
      'skips the last batch of a round with more than one',
      running((host, count) => host.caller.runBatches(0, count > 1 ? count - 1 : count)),
      /^updates every session exactly once a tick/,
      /tick 1: scheduler test ran \d+ of \d+ batches; each must run exactly once/,
    ],
    [
      'skips a batch now and then',
      running((host, count, epoch) => host.caller.runBatches(epoch % 3 === 2 ? 1 : 0, count)),
      /^loses no wake-up/,
      /tick 2: scheduler test ran 7 of 8 batches/,
    ],
    [
      'skips batches past the 4096th',
      running((host, count) => host.caller.runBatches(0, Math.min(count, 4096))),
      /^runs 1 to 10 000 batches/,
      /ran 4096 of 41\d\d batches/,
    ],
    [
      'runs one batch twice',
      running((host, count) => {
        serial(host, count);
        host.caller.runBatches(count >> 1, (count >> 1) + 1);
      }),
      /^never has a session in two threads/,
      /each must run exactly once/,
    ],
    [
      'leaves out a batch of rows that are to be stored',
      running((host, count, _epoch, work) => host.caller.runBatches(work === 'records' ? 1 : 0, count)),
      /^of any number of sessions that fall asleep at once each is stored/,
      /tick \d+: scheduler test ran \d of \d batches; each must run exactly once/,
    ],
    [
      'fails where rows are to be stored',
      running((host, count, _epoch, work) => {
        if (work === 'records') throw new Error('what are records?');
        serial(host, count);
      }),
      /^of any number of sessions that fall asleep at once each is stored/,
      /tick \d+: scheduler test failed where rows were to be stored: what are records\?/,
    ],
    [
      'resolves before its batches are done',
      running(async (host, count) => void setImmediate(() => serial(host, count))),
      /^updates every session exactly once a tick/,
      /tick 1: scheduler test ran 0 of \d+ batches/,
    ],
    [
      'says that its sessions run on workers',
      running(serial, { supports: { workers: true, resize: false, callerParticipates: true } }),
      /^runs sessions on workers/,
      /a session has been run by a worker: not so within 10000 ms/,
    ],
    [
      'never imports a behaviour in the workers that it says it has',
      running(serial, { supports: { workers: true, resize: false, callerParticipates: true } }),
      /cannot be found, and says so$/,
      /the manager started, though it should have failed/,
    ],
    [
      'says that the caller takes no part',
      running(serial, { supports: { workers: false, resize: false, callerParticipates: false } }),
      /^declares/,
      /somebody must run the batches/,
    ],
    ['is of another contract', running(serial, { contractVersion: 99 }), /^declares the contract version/, /99 !== 1/],
    ['forgets its stats', running(serial, { stats: () => ({ participants: [] }) }), /^counts the batches of each participant/, /0 !== 50/],
    [
      'counts a batch too many',
      running(serial, { stats: () => ({ participants: [{ ...UNUSED, batches: 51 }] }) }),
      /^counts the batches of each participant/,
      /51 !== 50/,
    ],
    [
      'counts time backwards',
      running(serial, { stats: () => ({ participants: [{ ...UNUSED, batches: 50, idleUs: -1 }] }) }),
      /^counts the batches of each participant/,
      /idleUs of participant 0 must be a number from 0 on: got -1/,
    ],
    [
      'says that it resizes and does not',
      running(serial, {
        supports: { workers: false, resize: true, callerParticipates: true },
        resize: () => Promise.reject(new Error('cannot')),
      }),
      /^takes on and lets go of workers/,
      /cannot/,
    ],
    [
      'stops once only',
      () => {
        let stops = 0;
        return running(serial, {
          stop() {
            if (++stops > 1) throw new Error('stopped already');
          },
        })();
      },
      /^stops more than once/,
      /stopped already/,
    ],
  ])('catches one that %s', async (_name, create, only, reason) => {
    const failed = await failuresOf({ create, only, deadlineMs: 10_000 });
    expect(failed.size).toBeGreaterThan(0);
    for (const failure of failed.values()) expect(failure).toMatch(reason);
  });

  it('catches one that never resolves, in every test that ticks, and does not hang', async () => {
    const failed = await failuresOf({ create: running(() => new Promise<void>(() => {})), only: HERE, deadlineMs: 50 });
    expect(failed.size).toBeGreaterThan(20);
    for (const [name, reason] of failed) expect(reason, name).toMatch(/: no answer within 50 ms/);
  });

  it('catches one that fails to stop after it was started', async () => {
    const create = () => {
      let hasRun = false;
      const run = (host: SchedulerHost, count: number): void => {
        hasRun = true;
        serial(host, count);
      };
      const stop = (): void => {
        if (hasRun) throw new Error('stuck');
      };
      return running(run, { stop })();
    };
    const failed = await failuresOf({ create, only: /^ticks without sessions/ });
    expect([...failed.values()].join()).toMatch(/scheduler test did not stop: stuck/);
  });

  it('leaves out the longest tests where it is to be brief', async () => {
    const names = async (brief: boolean) => {
      const never = (): IScheduler => ({ ...serialScheduler(), start: () => Promise.reject(new Error('never')) });
      return [...(await failuresOf({ create: never, brief, least: 20 })).keys()];
    };
    const whole = await names(false);
    const left = await names(true);
    expect(whole.filter((name) => !left.includes(name))).toEqual([
      'what is recorded on it is replayed on the reference without a difference',
      'replays what was recorded on the reference without a difference',
      '100 starts and stops leave no thread, handle, listener or memory behind',
    ]);
  });

  it('says what it needs for the tests that run in a process of their own', async () => {
    const failed = await failuresOf({ create: () => referenceScheduler(), only: /^100 starts|^the process ends/ });
    expect(failed.size).toBe(2);
    for (const reason of failed.values()) expect(reason).toMatch(/give describeScheduler the URL of a module .* as `module`/);
  });
});
