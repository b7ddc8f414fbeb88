import assert from 'node:assert/strict';
import type { AnyBehavior } from '../behavior.js';
import type { SessionManagerOptions } from '../config.js';
import { DormouseError, messageOf } from '../errors.js';
import { SessionManager } from '../manager/session-manager.js';
import type { IScheduler } from '../scheduler.js';
import type { TickReport } from '../tick-report.js';
import type { Bench } from './claim.js';

/** Threads that a scheduler under test is to have, where the claim does not say otherwise: more than one, on any machine. */
export const WORKERS = 2;
const FIRST_ACCOUNT = 10_000;

type Settings<B extends AnyBehavior> = Omit<Partial<SessionManagerOptions<B>>, 'behavior' | 'behaviors' | 'scheduler'> & {
  readonly behavior: B;
  /** Default: one of the bench's. */
  readonly scheduler?: IScheduler;
};

/** A manager under test. */
export interface Stand<B extends AnyBehavior> {
  readonly manager: SessionManager<B>;
  readonly scheduler: IScheduler;
  /** One tick, of 100 ms if not said otherwise. */
  tick(diffMs?: number): Promise<TickReport>;
}

/** `count` accounts in a row. */
export function accounts(count: number, first = FIRST_ACCOUNT): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Starts a manager, tries something on it, and shuts it down, whatever came of it. */
export async function withManager<B extends AnyBehavior>(
  bench: Bench,
  { scheduler = bench.create(), ...settings }: Settings<B>,
  body: (stand: Stand<B>) => Promise<void>,
): Promise<void> {
  const errors: string[] = [];
  const logger = { debug: nothing, info: nothing, warn: nothing, error: (message: string) => void errors.push(message) };
  const workers = scheduler.supports.workers ? { workerThreads: WORKERS } : {};
  const options = { logger, ...workers, ...settings, scheduler } as unknown as SessionManagerOptions<B>;
  const manager = (await within(bench, 'the start', SessionManager.start<B>(options))) as SessionManager<B>;
  let ticking = 0;
  const tick = async (diffMs = 100): Promise<TickReport> => {
    ticking++;
    const report = await within(bench, `tick ${manager.tick.number + 1}`, manager.updateAllSessions(diffMs));
    ticking--;
    return report;
  };
  try {
    await body({ manager, scheduler, tick });
  } catch (error) {
    // What failed first is what is told. A tick that does not end would have the manager wait for it: its threads are to go all the same.
    const ending = ticking > 0 ? (async () => scheduler.stop())() : manager.shutdown();
    await within(bench, 'the end', ending).catch(nothing);
    throw error;
  }
  await within(bench, 'the shutdown', manager.shutdown());
  // A manager lives with a scheduler that fails to stop; the contract does not.
  assert.deepEqual(
    errors.filter((message) => message.includes('did not stop')),
    [],
  );
}

/** Rejects when `work` has not settled within the bench's deadline. Need not be looked at, where something else has failed before. */
export function within<T>({ deadlineMs }: Pick<Bench, 'deadlineMs'>, what: string, work: Promise<T>): Promise<T> {
  const bounded = inTime(deadlineMs, what, work);
  bounded.catch(nothing);
  return bounded;
}

async function inTime<T>(deadlineMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new assert.AssertionError({ message: `${what}: no answer within ${deadlineMs} ms` }));
    timer = setTimeout(fail, deadlineMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Does `step` again and again until it says that it is done; `what` is still to come when it has taken too long. Between two of them the event
 * loop is let on: ticks that are done at once never let it.
 */
export async function until({ deadlineMs }: Bench, what: string, step: () => boolean | Promise<boolean>): Promise<void> {
  const beganMs = performance.now();
  while (!(await step())) {
    assert.ok(performance.now() - beganMs < deadlineMs, `${what}: not so within ${deadlineMs} ms`);
    await turn();
  }
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Asserts that a manager does not start, for this reason. */
export async function assertStartFails(starting: Promise<SessionManager>, reason: RegExp): Promise<void> {
  let manager: SessionManager;
  try {
    manager = await starting;
  } catch (error) {
    assert.ok(DormouseError.isInstance(error), `start failed with ${messageOf(error)}, not with a DormouseError`);
    assert.equal(error.code, 'ERR_START_FAILED');
    assert.match(error.message, reason);
    return;
  }
  await manager.shutdown();
  assert.fail(`the manager started, though it should have failed with ${reason}`);
}

function nothing(): void {}
