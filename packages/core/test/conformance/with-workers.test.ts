import { describe, expect, it } from 'vitest';
import { failuresOf } from './failures-of.js';
import flawedScheduler from './threads/flawed-scheduler.mjs';

const MODULE = new URL('./threads/flawed-scheduler.mjs', import.meta.url);
/** For what never comes: longer than any single wait for what does. */
const SHORT_MS = 3000;

const failures = (flaw: string | undefined, only: RegExp, deadlineMs?: number) => {
  const options = flaw === undefined ? {} : { flaw };
  return failuresOf({ create: () => flawedScheduler(options), module: MODULE, options, only, ...(deadlineMs && { deadlineMs }) });
};

const FLAWS: [string, string, RegExp, RegExp][] = [
  [
    'skips a batch now and then',
    'skips',
    /^updates every session exactly once a tick/,
    /tick 3: scheduler bare ran \d+ of \d+ batches; each must run exactly once/,
  ],
  ['skips a batch now and then', 'skips', /^when a thread exits in an update,/, /ran 11 of 12 batches; each must run exactly once/],
  ['runs a batch twice', 'twice', /^never has a session in two threads at once/, /ran \d+ of \d+ batches.*; each must run exactly once/],
  ['resolves early', 'early', /^comes to the same states .* W1/, /ran \d+ of \d+ batches.*; each must run exactly once/],
  ['loses wake-ups', 'losesWakeUp', /^loses no wake-up/, /tick \d+: no answer within 3000 ms/],
  [
    'runs sessions on the calling thread, and says that it does not',
    'onCaller',
    /^runs sessions on workers alone/,
    /not so within 3000 ms/,
  ],
  ['forgets a dead thread', 'forgetsDead', /^when a thread exits in an update,/, /tick \d+: no answer within 3000 ms/],
  [
    'runs an interrupted batch again from its beginning',
    'fromBeginning',
    /^when a thread exits in an update,/,
    /accounts reported as interrupted/,
  ],
  [
    'keeps to itself why a thread ended',
    'keepsReasons',
    /^when a thread exits in an update,/,
    /a fault names .*exit code 7.*, why the thread ended: not so within 3000 ms/,
  ],
  [
    'leaves its threads alive',
    'leaksThreads',
    /^the process ends by itself/,
    /the process had not ended by itself 3000 ms after the shutdown/,
  ],
  ['leaves a timer behind', 'leaksTimers', /^the process ends by itself/, /the process had not ended by itself 3000 ms after the shutdown/],
  [
    'leaves a listener behind',
    'leaksListeners',
    /cannot be found, and says so$/,
    /left behind[\s\S]*listeners for SIGUSR2: 0 before, 2 now/,
  ],
  ['keeps memory', 'leaksMemory', /^100 starts/, /resident memory grew by \d+ MiB in 60 starts and stops/],
];

describe('the conformance suite on schedulers with workers', () => {
  it.each(FLAWS)('catches one that %s (%s, %s)', async (_what, flaw, only, reason) => {
    const failed = await failures(flaw, only, SHORT_MS);
    process.removeAllListeners('SIGUSR2');
    expect(failed.size).toBeGreaterThan(0);
    for (const failure of failed.values()) expect(failure).toMatch(reason);
  });

  it('passes the one that they are made of, in the same tests', async () => {
    // But for the longest, which every package runs.
    const all = new RegExp(FLAWS.flatMap(([, , { source }]) => (source === '^100 starts' ? [] : [source])).join('|'));
    expect(await failures(undefined, all)).toEqual(new Map());
  });
});
