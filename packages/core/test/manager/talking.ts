import { type Behavior, defineBehavior, type Fields, type IScheduler, type Session, type SessionManager, u32 } from '@dormouse/core';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { startWith } from './test-manager.js';

const fields = { heard: u32() };
export type Talker = Session<typeof fields>;
type TalkBehavior = Behavior<typeof fields, unknown>;

/** What sessions do; may be replaced between ticks. */
export interface Talk {
  update?: (session: Talker) => void;
  create?: (session: Talker, init: unknown) => void;
  release?: (session: Talker) => void;
}

export interface TalkSettings {
  scheduler?: IScheduler;
  maxConcurrentSessions?: number;
  mailboxBytes?: number;
  outboxBytes?: number;
  updateBatchSize?: number;
  quarantineAfter?: number;
  logger?: { [level in 'debug' | 'info' | 'warn' | 'error']: (message: string) => void };
}

/** A manager whose sessions do what the test says. */
export async function startTalking(talk: Talk, settings: TalkSettings = {}): Promise<SessionManager<TalkBehavior>> {
  const behavior = talker(talk, 'talker');
  return startWith({ behavior, scheduler: serialScheduler(), sessionCeiling: 16_384, ...settings });
}

export function talker(talk: Talk, name: string): TalkBehavior {
  return defineBehavior(import.meta.url, {
    name,
    state: fields,
    create: (session, init: unknown) => talk.create?.(session, init),
    release: (session) => talk.release?.(session),
    update: (session) => talk.update?.(session),
  });
}

/** What a session hears in one update: sender, opcode and the bytes of each message. */
export function hear(session: Session<Fields>): [sender: number, opcode: number, ...bytes: number[]][] {
  const heard: [number, number, ...number[]][] = [];
  for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) {
    heard.push([message.sender, message.opcode, ...message.toBytes()]);
  }
  return heard;
}

/** Accounts that have a session, ascending. */
export function present(manager: SessionManager<TalkBehavior>): number[] {
  return [...manager.sessions()].map(({ accountId }) => accountId).sort((a, b) => a - b);
}
