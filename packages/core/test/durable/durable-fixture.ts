import {
  type Behavior,
  defineBehavior,
  type Session,
  type SessionHandle,
  type SessionManager,
  type SessionManagerOptions,
  u32,
} from '@dormouse/core';
import { emptyHead, type IndexHead, readHead } from '../../src/record/record-head.js';
import { startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { type Disk, DiskStore } from './disk-fixture.js';

const fields = { value: u32(), steps: u32() };
export type Keeper = Session<typeof fields>;
type KeeperBehavior = Behavior<typeof fields, number>;
export type KeeperManager = SessionManager<KeeperBehavior>;
export type KeeperHandle = SessionHandle<KeeperBehavior>;

/** What sessions do in an update; may be replaced between ticks. By itself nothing. */
export interface Doing {
  update?: (session: Keeper) => void;
  hibernate?: (session: Keeper) => unknown;
}

type Settings = Omit<Partial<SessionManagerOptions<KeeperBehavior>>, 'behavior' | 'behaviors'>;

/** A manager on what is on a disk; its sessions have a `value`, at first 100 times the account, and do what the test says. */
export async function startKeeper(
  disk: Disk,
  doing: Doing = {},
  settings: Settings = {},
): Promise<{ manager: KeeperManager; store: DiskStore }> {
  const store = new DiskStore(disk);
  const manager = await startWith({
    behavior: keeper(doing),
    scheduler: serialScheduler(),
    sessionCeiling: 4096,
    store,
    checkpointEveryMs: 0,
    // However slow the machine is, all that can be stored is when a tick has ended.
    maintenanceSliceMs: 1000,
    ...settings,
  } as SessionManagerOptions<KeeperBehavior>);
  return { manager, store };
}

/** What is on a disk: each account's head, by account. */
export function headsOn(disk: Disk): IndexHead[] {
  const heads = [...disk.byAccount().values()].map(({ head }) =>
    readHead(new DataView(head.buffer, head.byteOffset, head.length), 0, emptyHead()),
  );
  return heads.sort((a, b) => a.accountId - b.accountId);
}

/** The next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function keeper(doing: Doing): KeeperBehavior {
  return defineBehavior(import.meta.url, {
    name: 'keeper',
    state: fields,
    create: (session, init: number | undefined) => {
      session.state.value = init ?? session.accountId * 100;
    },
    hibernate: (session) => doing.hibernate?.(session),
    update: (session) => doing.update?.(session),
  });
}
