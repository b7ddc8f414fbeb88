import type { IScheduler, SchedulerHost } from '@dormouse/core';
import { describeScheduler } from '@dormouse/core/conformance';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from './test-schedulers.js';

/** Runs the suite with functions of its own in place of a test runner’s; returns what failed, by name, with the reason. */
async function failuresOf(create: () => IScheduler, { deadlineMs = 30_000, only = /./ } = {}): Promise<Map<string, string>> {
  const cases: { name: string; body: () => Promise<void> }[] = [];
  describeScheduler({
    describe: (_, body) => body(),
    it: (name, body) => void cases.push({ name, body }),
    create,
    deadlineMs,
  });
  expect(cases.length).toBeGreaterThan(15);
  const failed = new Map<string, string>();
  for (const { name, body } of cases.filter((each) => only.test(each.name))) {
    try {
      await body();
    } catch (error) {
      failed.set(name, String(error));
    }
  }
  return failed;
}

/** A scheduler that deals with a round as the test says. */
function running(run: (host: SchedulerHost, count: number, epoch: number) => void | Promise<void>, overrides: Partial<IScheduler> = {}) {
  return (): IScheduler => {
    let host: SchedulerHost | undefined;
    let batches = 0;
    return {
      ...serialScheduler(),
      start(given) {
        host = given;
      },
      parallelFor(count, epoch) {
        batches += count;
        return run(host as SchedulerHost, count, epoch);
      },
      stop() {},
      stats: () => ({ participants: [{ batches, steals: 0 }] }),
      ...overrides,
    };
  };
}

/** Says that it has workers: then the manager itself cannot count batches, and it is the suite that has to find out. */
const claimsWorkers = { supports: { workers: true, resize: false, callerParticipates: true } };

const serial = (host: SchedulerHost, count: number) => host.caller.runBatches(0, count);

describe('the conformance suite', () => {
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
  ])('passes a scheduler that runs every batch once %s', async (_name, create) => {
    expect(await failuresOf(create)).toEqual(new Map());
  });

  it.each([
    [
      'skips the last batch of a round with more than one',
      running((host, count) => host.caller.runBatches(0, count > 1 ? count - 1 : count), claimsWorkers),
      /^updates every session exactly once a tick/,
    ],
    [
      'skips a batch now and then',
      running((host, count, epoch) => host.caller.runBatches(epoch % 3 === 2 ? 1 : 0, count), claimsWorkers),
      /^updates every session exactly once a tick/,
    ],
    [
      'skips batches past the 4096th',
      running((host, count) => host.caller.runBatches(0, Math.min(count, 4096)), claimsWorkers),
      /^runs 10 000 batches in one round/,
    ],
    [
      'runs one batch twice',
      running((host, count) => {
        serial(host, count);
        host.caller.runBatches(count >> 1, (count >> 1) + 1);
      }, claimsWorkers),
      /^updates every session exactly once a tick/,
    ],
    [
      'resolves before its batches are done',
      running(async (host, count) => void setImmediate(() => serial(host, count)), claimsWorkers),
      /^updates every session exactly once a tick/,
    ],
    ['never imports a behaviour in its workers', running(serial, claimsWorkers), /^does not start if its workers cannot import/],
    ['is of another contract', running(serial, { contractVersion: 99 }), /^declares the contract version/],
    ['has nobody to run batches', running(serial, { supports: { workers: false, resize: false, callerParticipates: false } }), /^declares/],
    ['forgets its stats', running(serial, { stats: () => ({ participants: [] }) }), /^counts the batches of each participant/],
    [
      'counts a batch too many',
      running(serial, { stats: () => ({ participants: [{ batches: 11, steals: 0 }] }) }),
      /^counts the batches of each participant/,
    ],
    [
      'says that it resizes and does not',
      running(serial, {
        supports: { workers: false, resize: true, callerParticipates: true },
        resize: () => Promise.reject(new Error('cannot')),
      }),
      /^resizes if it says that it can/,
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
    ],
  ])('catches a scheduler that %s', async (_name, create, claim) => {
    expect(await failuresOf(create, { only: claim })).not.toEqual(new Map());
  });

  it('passes a scheduler that has its behaviours checked', async () => {
    const create = () => {
      const scheduler = running(serial, claimsWorkers)();
      return {
        ...scheduler,
        async start(host: SchedulerHost) {
          await scheduler.start(host);
          await host.checkBehaviors();
        },
      };
    };
    expect(await failuresOf(create, { only: /^does not start if its workers|^counts the batches/ })).toEqual(new Map());
  });

  it('catches a scheduler that never resolves, in every test that ticks, and does not hang', async () => {
    const failed = await failuresOf(
      running(() => new Promise<void>(() => {})),
      { deadlineMs: 50 },
    );
    expect(failed.size).toBeGreaterThan(14);
    for (const [name, reason] of failed) expect(reason, name).toMatch(/no answer within 50 ms/);
  });

  it('catches a scheduler that fails to stop after it was started', async () => {
    const create = () => {
      let isStarted = false;
      return running(serial, {
        start() {
          isStarted = true;
        },
        stop() {
          if (isStarted) throw new Error('stuck');
        },
      })();
    };
    const failed = await failuresOf(create, { only: /^a tick without/ });
    expect(failed.get('a tick without sessions resolves')).toMatch(/did not stop: stuck/);
  });

  it('catches a scheduler that leaves a timer behind', async () => {
    const timers: NodeJS.Timeout[] = [];
    const create = () => running(serial, { stop: () => void timers.push(setInterval(() => {}, 1_000_000)) })();
    const failed = await failuresOf(create);
    for (const timer of timers) clearInterval(timer);
    expect([...failed.keys()]).toEqual(['100 starts and stops leave no thread, timer or listener behind']);
  });

  it('catches a scheduler that leaves a listener behind', async () => {
    const listener = () => {};
    const create = () => running(serial, { stop: () => void process.on('dormouse-test' as 'exit', listener) })();
    const limit = process.getMaxListeners();
    process.setMaxListeners(0);
    const failed = await failuresOf(create);
    process.removeAllListeners('dormouse-test').setMaxListeners(limit);
    expect([...failed.keys()]).toEqual(['100 starts and stops leave no thread, timer or listener behind']);
  });
});
