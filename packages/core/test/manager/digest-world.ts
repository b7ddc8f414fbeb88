import {
  bigint64,
  bool,
  data,
  defineBehavior,
  f32,
  f64,
  i8,
  i16,
  i32,
  type Session,
  type SessionHandle,
  type SessionManager,
  text,
  u8,
  u16,
  u32,
} from '@dormouse/core';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { accounts, startWith } from './test-manager.js';

const FIELDS = {
  a: f32(),
  b: f64(),
  c: i8(),
  d: u8({ length: 5 }),
  e: i16({ hot: true }),
  f: u16({ length: 3 }),
  g: i32(),
  h: u32({ hot: true }),
  i: bigint64(),
  j: bool(),
  k: text(20),
  l: data<{ n: number; list?: number[] } | null>({ maxBytes: 512 }),
  m: f64({ length: 2, published: true }),
  n: u8({ hot: true, length: 3 }),
};

export type Act = (session: Session<typeof FIELDS>) => void;
/** What a session does in its next update, by account. */
export const acts = new Map<number, Act>();

const actor = defineBehavior(import.meta.url, {
  name: 'actor',
  state: FIELDS,
  update(session) {
    acts.get(session.accountId)?.(session);
  },
});
export const bystander = defineBehavior(import.meta.url, { name: 'bystander', state: { x: u32() }, update() {} });

type Manager = SessionManager<typeof actor | typeof bystander>;
export type Handle = SessionHandle<typeof actor>;

export const ACCOUNT = 30;

export interface World {
  readonly manager: Manager;
  readonly subject: Handle;
  tick(act?: Act): Promise<void>;
}

/** 60 actors with different histories and a few bystanders. */
export async function makeWorld(options: { reversed?: boolean; crowd?: number; updateBatchSize?: number } = {}): Promise<World> {
  const { reversed = false, crowd = 0, updateBatchSize = 64 } = options;
  acts.clear();
  const manager: Manager = await startWith({ behaviors: [actor, bystander], scheduler: serialScheduler(), seed: 7, updateBatchSize });
  if (crowd > 0) manager.createSessionBatch(accounts(crowd, 5000));
  const ids = reversed ? accounts(60).reverse() : accounts(60);
  for (const accountId of ids) manager.createSession(accountId, { mapId: accountId % 3 });
  for (const accountId of reversed ? [103, 102, 101] : [101, 102, 103]) manager.createSession(accountId, { behavior: bystander });
  if (crowd > 0) manager.releaseSessionBatch(accounts(crowd, 5000));
  const subject = manager.getSession(ACCOUNT) as Handle;
  const tick = async (act?: Act): Promise<void> => {
    if (act !== undefined) acts.set(ACCOUNT, act);
    const { faults } = await manager.updateAllSessions(100);
    acts.delete(ACCOUNT);
    if (faults.length > 0 && act === undefined) throw faults[0].error;
  };
  for (const handle of manager.sessions()) if (handle.accountId < 100) (handle as Handle).state.g = handle.accountId;
  await tick(() => {});
  return { manager, subject, tick };
}
