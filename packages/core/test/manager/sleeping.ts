import {
  type Behavior,
  defineBehavior,
  type Fields,
  type Session,
  type SessionHandle,
  type SessionManager,
  type SessionManagerOptions,
  u32,
} from '@dormouse/core';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { FakeStore } from './fake-store.js';
import { startWith } from './test-manager.js';

export const MINUTE = 60_000;

const fields = { updates: u32(), mark: u32() };
export type Sleeper = Session<typeof fields>;
type SleepyBehavior = Behavior<typeof fields, number>;
export type SleepyHandle = SessionHandle<SleepyBehavior>;
export type SleepyManager = SessionManager<SleepyBehavior>;

/** What sessions do; may be replaced between ticks. */
export interface Doings {
  update?: (session: Sleeper) => void;
  hibernate?: (session: Sleeper) => unknown;
  release?: (session: Sleeper) => void;
}

type Settings = Omit<Partial<SessionManagerOptions<SleepyBehavior>>, 'behavior' | 'behaviors'>;

/** A manager whose sessions do what the test says, with a store that does too. */
export async function startSleepy(doings: Doings = {}, settings: Settings = {}): Promise<{ manager: SleepyManager; store: FakeStore }> {
  const store = new FakeStore();
  const manager = await startWith({
    behavior: sleepy(doings),
    scheduler: serialScheduler(),
    sessionCeiling: 4096,
    store,
    // However slow the machine is, all that can be stored is when a tick has ended.
    maintenanceSliceMs: 1000,
    ...settings,
  } as SessionManagerOptions<SleepyBehavior>);
  return { manager, store };
}

/** A session of each account that has slept since this returns; the state's `mark` is the account. */
export async function asleep(manager: SleepyManager, ...accounts: number[]): Promise<SleepyHandle[]> {
  const handles = accounts.map((account) => manager.createSession(account));
  for (const handle of handles) handle.state.mark = handle.accountId;
  await manager.updateAllSessions(5 * MINUTE);
  return handles;
}

/** What a session is given in one update: opcodes of packets, then of messages. */
export function taken(session: Session<Fields>): number[] {
  const opcodes: number[] = [];
  for (let packet = session.receive(); packet !== null; packet = session.receive()) opcodes.push(packet.opcode);
  for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) opcodes.push(message.opcode);
  return opcodes;
}

function sleepy(doings: Doings): SleepyBehavior {
  return defineBehavior(import.meta.url, {
    name: 'sleepy',
    state: fields,
    create: (session, init: number | undefined) => {
      session.state.mark = init ?? 0;
    },
    release: (session) => doings.release?.(session),
    hibernate: (session) => doings.hibernate?.(session),
    update(session) {
      session.state.updates += 1;
      doings.update?.(session);
    },
  });
}
