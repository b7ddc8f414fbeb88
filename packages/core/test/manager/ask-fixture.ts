import { channel } from 'node:diagnostics_channel';
import {
  type Answer,
  type AskContext,
  type Behavior,
  type DormouseEvents,
  defineBehavior,
  type EventName,
  type Session,
  type SessionManager,
  type SessionManagerOptions,
  type WallClock,
} from '@dormouse/core';
import { onTestFinished } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { startWith } from './test-manager.js';

/** A clock whose time passes when the test says so. */
export class ManualClock implements WallClock {
  nowMs = 1000;
  readonly timers = new Map<number, { atMs: number; callback: () => void }>();
  #last = 0;

  now(): number {
    return this.nowMs;
  }

  setTimeout(callback: () => void, delayMs: number): number {
    this.timers.set(++this.#last, { atMs: this.nowMs + delayMs, callback });
    return this.#last;
  }

  clearTimeout(timer: number): void {
    this.timers.delete(timer);
  }

  /** Timers go off one after the other, each at its time. */
  advance(ms: number): void {
    const until = this.nowMs + ms;
    for (;;) {
      const [next] = [...this.timers].filter(([, { atMs }]) => atMs <= until).sort(([, a], [, b]) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.timers.delete(next[0]);
      this.nowMs = Math.max(this.nowMs, next[1].atMs);
      next[1].callback();
    }
    this.nowMs = until;
  }
}

export type AnySession = Session<Record<never, never>>;

/** What sessions do in this tick, by account; what they have been told, in order. */
export class Script {
  readonly behavior: Behavior;
  /** Runs in every session's update. */
  update: (session: AnySession) => void = () => {};
  /** What runs once, in the next update of an account. */
  readonly once = new Map<number, (session: AnySession) => void>();
  readonly answers: { account: number; tick: number; answer: Answer }[] = [];
  #listens: readonly string[];

  constructor(listens: readonly string[] = []) {
    this.#listens = listens;
    this.behavior = defineBehavior(import.meta.url, {
      name: 'script',
      state: {},
      update: (session) => {
        for (const topic of this.#listens) {
          for (const answer of session.answers(topic)) {
            this.answers.push({ account: session.accountId, tick: session.tick.number, answer });
          }
        }
        const once = this.once.get(session.accountId);
        this.once.delete(session.accountId);
        once?.(session);
        this.update(session);
      },
    });
  }

  /** Answers since the last call, as [account, id, status, value or error]. */
  told(): unknown[] {
    return this.answers
      .splice(0)
      .map(({ account, answer }) => [account, answer.id, answer.status, answer.status === 'ok' ? answer.value : answer.error]);
  }
}

export interface AskWorld {
  readonly manager: SessionManager;
  readonly clock: ManualClock;
  readonly script: Script;
  readonly lines: string[];
  /** Has an account ask in the next tick. */
  ask(account: number, topic: string, value?: unknown, times?: number): void;
  /** One tick, then whatever the event loop has to do. */
  tick(): ReturnType<SessionManager['updateAllSessions']>;
}

type Settings = Partial<Omit<SessionManagerOptions<Behavior>, 'behavior' | 'behaviors'>>;

/** A manager whose sessions ask what the test says, and take what they are answered on these topics. */
export async function startAsking(listens: readonly string[], sessions: number, settings: Settings = {}): Promise<AskWorld> {
  const script = new Script(listens);
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = (level: string) => (message: string) => {
    if (!message.includes('started on') && !message.includes('stopped after')) lines.push(`${level} ${message}`);
  };
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const manager: SessionManager = await startWith({
    scheduler: serialScheduler(),
    sessionCeiling: 65_536,
    logger,
    clock,
    ...settings,
    behavior: script.behavior,
  });
  for (let account = 1; account <= sessions; account++) manager.createSession(account);
  return {
    manager,
    clock,
    script,
    lines,
    ask(account, topic, value, times = 1) {
      script.once.set(account, (session) => {
        for (let i = 0; i < times; i++) session.ask(topic, value);
      });
    },
    async tick() {
      const report = await manager.updateAllSessions(100);
      // What a script's assertions threw.
      for (const { error } of report.faults) throw error;
      await turn();
      return report;
    },
  };
}

/** One call of a handler that the test ends. */
export interface Call {
  readonly value: unknown;
  readonly context: AskContext;
  resolve(answer?: unknown): void;
  reject(error: unknown): void;
}

/** A handler whose calls wait for the test. */
export function heldHandler(): { readonly calls: Call[]; handler(value: unknown, context: AskContext): Promise<unknown> } {
  const calls: Call[] = [];
  return {
    calls,
    handler(value, context) {
      return new Promise((resolve, reject) => {
        calls.push({ value, context, resolve, reject });
      });
    },
  };
}

/** Everything that is ready in the event loop has run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** What is published on a channel until the test has ended. */
export function listen<N extends EventName>(name: N): DormouseEvents[N][] {
  const heard: DormouseEvents[N][] = [];
  const hear = (message: unknown) => {
    heard.push(message as DormouseEvents[N]);
  };
  channel(name).subscribe(hear);
  onTestFinished(() => {
    channel(name).unsubscribe(hear);
  });
  return heard;
}
