import { describe, expect, it } from 'vitest';
import { failuresOf } from './failures-of.js';
import flawedScheduler from './threads/flawed-scheduler.mjs';

const MODULE = new URL('./threads/flawed-scheduler.mjs', import.meta.url);
/** For what never comes: longer than anything that does. */
const SHORT_MS = 5000;

const failures = (flaw: string | undefined, only: RegExp, deadlineMs?: number) => {
  const options = flaw === undefined ? {} : { flaw };
  return failuresOf({ create: () => flawedScheduler(options), module: MODULE, options, only, ...(deadlineMs && { deadlineMs }) });
};

const FLAWS: [string, string, RegExp, RegExp][] = [
  ['skips a batch now and then', 'skips', /^updates every session exactly once a tick/, /ran 0 of 1 batches; each must run exactly once/],
  ['skips a batch now and then', 'skips', /^when a thread exits in an update,/, /ran 11 of 12 batches; each must run exactly once/],
  ['runs a batch twice', 'twice', /^never has a session in two threads at once/, /ran \d+ of \d+ batches.*; each must run exactly once/],
  ['resolves early', 'early', /^comes to the same states .* W1/, /ran \d+ of \d+ batches.*; each must run exactly once/],
  ['loses wake-ups', 'losesWakeUp', /^loses no wake-up/, /tick \d+: no answer within 5000 ms/],
  [
    'runs sessions on the calling thread, and says that it does not',
    'onCaller',
    /^runs sessions on workers alone/,
    /not so within 5000 ms/,
  ],
  ['forgets a dead thread', 'forgetsDead', /^when a thread exits in an update,/, /tick \d+: no answer within 5000 ms/],
  [
    'runs an interrupted batch again from its beginning',
    'fromBeginning',
    /^when a thread exits in an update,/,
    /accounts reported as interrupted/,
  ],
  [
    'leaves its threads alive',
    'leaksThreads',
    /^the process ends by itself/,
    /the process had not ended by itself 5000 ms after the shutdown/,
  ],
  ['leaves its threads alive', 'leaksThreads', /cannot be found, and says so$/, /left behind[\s\S]*threads: \d+ before, \d+ now/],
  ['leaves a timer behind', 'leaksTimers', /^100 starts/, /left behind[\s\S]*Timeout: \d+ before, \d+ now/],
  ['leaves a listener behind', 'leaksListeners', /^100 starts/, /left behind[\s\S]*listeners for SIGUSR2: \d+ before, \d+ now/],
  ['keeps memory', 'leaksMemory', /^100 starts/, /resident memory grew by \d+ MiB in 80 starts and stops/],
];

describe('the conformance suite on schedulers with workers', () => {
  it.each(FLAWS)('catches one that %s (%s, %s)', async (_what, flaw, only, reason) => {
    const failed = await failures(flaw, only, SHORT_MS);
    expect([...failed.keys()].length).toBeGreaterThan(0);
    for (const failure of failed.values()) expect(failure).toMatch(reason);
  });

  it('passes the one that they are made of, in the same tests', async () => {
    const all = new RegExp(FLAWS.map(([, , { source }]) => source).join('|'));
    expect(await failures(undefined, all)).toEqual(new Map());
  });
});
