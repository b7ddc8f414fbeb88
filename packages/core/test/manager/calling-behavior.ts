import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { defineBehavior, type EventName, type SessionManager, u32 } from '@dormouse/core';
import { expect, onTestFinished } from 'vitest';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { startWith } from './test-manager.js';

/** What the behaviour calls, with the account it is called for. */
export interface Calls {
  create?: (accountId: number) => void;
  release?: (accountId: number) => void;
  update?: (accountId: number) => void;
}

/** A manager whose behaviour calls what the test says. */
export async function startCalling(calls: Calls, settings: { maxConcurrentSessions?: number; deferred?: boolean } = {}) {
  const { deferred = false, ...rest } = settings;
  const gated = deferredScheduler();
  const scheduler = deferred ? gated : serialScheduler();
  const behavior = defineBehavior(import.meta.url, {
    name: 'calling',
    state: { updates: u32() },
    create: (session) => calls.create?.(session.accountId),
    release: (session) => calls.release?.(session.accountId),
    update(session) {
      session.state.updates += 1;
      calls.update?.(session.accountId);
    },
  });
  const manager = await startWith({ behavior, scheduler, sessionCeiling: 4096, ...rest });
  return { manager, open: gated.open };
}

/** What every count says, when there are `sessions` sessions and no more. */
export function expectCounts(manager: SessionManager, sessions: number): void {
  expect(manager.getActiveSessionCount()).toBe(sessions);
  expect(manager.pool.allocatedCount).toBe(sessions);
  expect([...manager.sessions()]).toHaveLength(sessions);
}

/** Listens to an event to the end of the test. */
export function on(name: EventName, listener: (message: never) => void): void {
  const untyped = listener as (message: unknown) => void;
  subscribe(name, untyped);
  onTestFinished(() => void unsubscribe(name, untyped));
}
