import { defineBehavior, f32, type IScheduler, SessionManager, type SessionManagerOptions, text } from '@dormouse/core';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { checkBehaviors } from '../../src/behavior-check.js';
import { failure } from '../manager/test-manager.js';
import { type RecordedScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { CORE, moduleFolder, WALKER, WALKER_LAYOUT } from './module-folder.js';

const folder = moduleFolder();
afterAll(() => folder.remove());

const thread = new URL('behavior-check-thread.js', CORE);

/** A behaviour as the host has it, whose module is another matter. */
function walkerAt(url: string) {
  return defineBehavior(url, { name: 'walker', state: { x: f32(), name: text(16) }, update() {} });
}

/** Has its behaviours checked when it is started, as a scheduler must whose threads import them later. */
function checkingScheduler(overrides: Partial<IScheduler> = {}): RecordedScheduler {
  const scheduler = serialScheduler();
  return Object.assign(scheduler, {
    supports: { workers: true, resize: false, callerParticipates: true },
    async start(host: Parameters<IScheduler['start']>[0]) {
      serialScheduler().start(host);
      scheduler.calls.push(`start with ${host.behaviors.map(({ name }) => name)} after ${host.workerSetup.length}`);
      await host.checkBehaviors();
    },
    ...overrides,
  });
}

async function start(options: Omit<SessionManagerOptions<ReturnType<typeof walkerAt>>, 'behaviors'>) {
  const manager = await SessionManager.start({ logger: false, ...options } as never);
  onTestFinished(() => manager.shutdown());
  return manager;
}

describe('a scheduler that has its behaviours checked', () => {
  it('starts when a thread can import them, after workerSetup', async () => {
    const url = folder.write('late/walker.mjs', `if (!globalThis.isReady) throw new Error('too early');\n${WALKER}`);
    const setup = folder.write('late/setup.mjs', 'globalThis.isReady = true;');
    const scheduler = checkingScheduler();
    await start({ behavior: walkerAt(url), scheduler, workerSetup: [setup] });
    expect(scheduler.calls).toEqual(['start with walker after 1']);
    expect(globalThis).not.toHaveProperty('isReady');
  });

  it('fails to start when a thread cannot, with the cause of it, and has been stopped', async () => {
    const url = folder.url('gone.mjs');
    const scheduler = checkingScheduler();
    const reason = `behaviour "walker" cannot be imported from ${url}: there is no such file. Build it, or correct the URL given to defineBehavior`;
    const error = await start({ behavior: walkerAt(url), scheduler }).catch((caught: unknown) => caught);
    expect(error).toEqual(failure('ERR_START_FAILED', `scheduler test did not start: ${reason}`));
    const { cause } = error as { cause: Error };
    expect(cause).toEqual(failure('ERR_BEHAVIOR_IMPORT', reason));
    expect(cause.cause).toMatchObject({
      name: 'Error',
      code: 'ERR_MODULE_NOT_FOUND',
      message: expect.stringContaining(folder.path('gone.mjs')),
    });
    expect(scheduler.calls.at(-1)).toBe('stop');
  });
});

it('a scheduler without a check neither imports the behaviours in a thread nor runs workerSetup', async () => {
  const setup = folder.write('never.mjs', `throw new Error('imported');`);
  const manager = await start({ behavior: walkerAt(folder.url('gone.mjs')), scheduler: serialScheduler(), workerSetup: [setup] });
  expect(manager.schedulerName).toBe('test');
});

describe('a check ends with an error, and its thread with it, when the thread', () => {
  const failing = (name: string, source: string, deadlineMs?: number) => {
    const url = folder.write(name, source);
    const behaviors = [{ url, name: 'walker', layout: WALKER_LAYOUT }];
    const limits = deadlineMs === undefined ? { thread } : { thread, deadlineMs };
    return { url, outcome: checkBehaviors({ behaviors, workerSetup: [] }, limits) };
  };

  it('gives no answer in time: an endless loop in a module', async () => {
    const { url, outcome } = failing('endless.mjs', 'for (;;);', 4000);
    await expect(outcome).rejects.toEqual(
      failure('ERR_BEHAVIOR_IMPORT', `the thread that imports the behaviours gave no answer within 4000 ms while it imported ${url}`),
    );
  });

  it('ends: a module that exits, or awaits what never comes', async () => {
    const exits = failing('exits.mjs', 'process.exit(3);');
    await expect(exits.outcome).rejects.toEqual(
      failure('ERR_BEHAVIOR_IMPORT', `the thread that imports the behaviours ended with code 3 while it imported ${exits.url}`),
    );
    const waits = failing('waits.mjs', 'await new Promise(() => {});');
    await expect(waits.outcome).rejects.toEqual(
      failure('ERR_BEHAVIOR_IMPORT', `the thread that imports the behaviours ended with code 13 while it imported ${waits.url}`),
    );
  });

  it('fails outside of the import: an error that nobody catches', async () => {
    const { url, outcome } = failing(
      'later.mjs',
      `setImmediate(() => { throw new Error('a timer of the module'); });\nawait new Promise(() => {});`,
    );
    await expect(outcome).rejects.toEqual(
      failure('ERR_BEHAVIOR_IMPORT', `the thread that imports the behaviours failed (a timer of the module) while it imported ${url}`),
    );
  });
});
