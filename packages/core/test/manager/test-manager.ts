import { type AnyBehavior, type ErrorCode, SessionManager, type SessionManagerOptions } from '@dormouse/core';
import { expect, onTestFinished } from 'vitest';
import { type DeferredScheduler, deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';

type Settings = Omit<SessionManagerOptions<typeof echo>, 'behavior' | 'behaviors' | 'scheduler'>;

/** Starts a manager that is shut down when the test has ended. */
export async function startWith<const B extends AnyBehavior>(options: SessionManagerOptions<B>): Promise<SessionManager<B>> {
  const manager = await SessionManager.start<B>({ logger: false, ...options } as SessionManagerOptions<B>);
  onTestFinished(() => manager.shutdown());
  return manager;
}

/** A manager of `echo` sessions whose ticks are done when `updateAllSessions` returns. */
export function startEcho(settings: Settings = {}): Promise<SessionManager<typeof echo>> {
  return startWith({ behavior: echo, scheduler: serialScheduler(), sessionCeiling: 65_536, ...settings });
}

/** A manager of `echo` sessions whose ticks are in flight until the test opens the scheduler's gate. */
export async function startDeferred(
  settings: Settings = {},
): Promise<{ manager: SessionManager<typeof echo>; scheduler: DeferredScheduler }> {
  const scheduler = deferredScheduler();
  const manager = await SessionManager.start({ logger: false, behavior: echo, scheduler, sessionCeiling: 65_536, ...settings });
  onTestFinished(async () => {
    const stopped = manager.shutdown();
    if (scheduler.isWaiting) scheduler.open();
    await stopped;
  });
  return { manager, scheduler };
}

/** An error by its code and, where given, its whole message. */
export function failure(code: ErrorCode, message?: string | RegExp): Error {
  const text = message instanceof RegExp ? expect.stringMatching(message) : message;
  return expect.objectContaining(message === undefined ? { code } : { code, message: text }) as Error;
}

/** What a call threw. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('expected it to throw');
}

/** Accounts `first … first + count − 1`. */
export function accounts(count: number, first = 1): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
