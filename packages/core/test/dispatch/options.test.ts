import { residentScheduler, type ThreadLauncher } from '@dormouse/core';
import { expect, it } from 'vitest';
import { failure, thrownBy } from '../manager/test-manager.js';

const launcher = {
  name: 'test',
  launch() {
    throw new Error('not launched in this test');
  },
} as ThreadLauncher;

it.each([
  [null, 'scheduler options must be an object: got null'],
  [{ callerParticipates: 1 }, 'callerParticipates must be true or false: got 1'],
  [{ adaptiveWaking: 'no' }, 'adaptiveWaking must be true or false: got "no"'],
  [{ stealing: null }, 'stealing must be true or false: got null'],
  [{ dispatch: 'tasks' }, 'dispatch must be "resident" or "task": got "tasks"'],
  [{ startTimeoutMs: 0 }, 'startTimeoutMs must be an integer 1…3600000: got 0'],
  [{ startTimeoutMs: 3_600_001 }, 'startTimeoutMs must be an integer 1…3600000: got 3600001'],
  [{ resourceLimits: 5 }, 'resourceLimits must be an object: got 5'],
  [{ resourceLimits: { stackSizeMb: 0 } }, 'resourceLimits.stackSizeMb must be a number of MiB above 0: got 0'],
  [
    { resourceLimits: { maxOldGenerationSizeMb: Number.POSITIVE_INFINITY } },
    'resourceLimits.maxOldGenerationSizeMb must be a number of MiB above 0: got Infinity',
  ],
])('options %j are refused, naming value and range', (options, message) => {
  expect(thrownBy(() => residentScheduler(launcher, options as never))).toEqual(failure('ERR_CONFIG_INVALID', message));
});

it.each([
  [{ workers: 2 }, /unknown scheduler option "workers": known are callerParticipates, /],
  [{ resourceLimits: { heapMb: 2 } }, /unknown resource limit "heapMb": known are maxOldGenerationSizeMb, /],
])('an option that there is not is refused by name: %j', (options, message) => {
  expect(thrownBy(() => residentScheduler(launcher, options as never))).toEqual(failure('ERR_CONFIG_KEY_UNKNOWN', message));
});

it.each([null, undefined, {}, { name: '' }, { name: 'x' }, { name: 'x', launch: true }])('%j is no launcher', (wrong) => {
  expect(thrownBy(() => residentScheduler(wrong as never))).toEqual(
    failure('ERR_SCHEDULER_CONTRACT', /launcher must have a name and launch\(\)/),
  );
});

it('says what it supports, and that the caller takes part where it was told so', () => {
  expect(residentScheduler(launcher).supports).toEqual({ workers: true, resize: true, callerParticipates: false });
  expect(residentScheduler(launcher, { callerParticipates: true }).supports.callerParticipates).toBe(true);
});
