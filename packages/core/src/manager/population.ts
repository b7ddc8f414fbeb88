import { type AnyBehavior, isBehavior } from '../behavior.js';
import { DormouseError, requireInteger, requireKeys, shown } from '../errors.js';
import { NO_ENTRY } from '../hibernation/sleepers.js';
import { MAX_ACCOUNT_ID } from '../layout/geometry.js';
import type { BehaviorHost } from '../session/behavior-host.js';
import { type NewSession, sessionExists } from '../session/new-row.js';
import { NO_SLOT, type SessionStore } from '../session/store.js';
import type { RequestQueue } from './requests.js';

/** How a session begins. */
export interface CreateOptions<B extends AnyBehavior = AnyBehavior, Init = unknown> {
  /** Which of the manager's behaviours it follows. Default: the first. */
  readonly behavior?: B;
  /** u32, default 0. */
  readonly mapId?: number;
  /** u32, default 0. */
  readonly groupId?: number;
  /** Handed to the behaviour's `create` hook. */
  readonly init?: Init;
  /**
   * True: an account that has a session keeps it as it is, awake or asleep, on its map and in its group; its `create` hook does not run. It must follow this behaviour, else
   * `ERR_SESSION_EXISTS` says which it follows. So a host can bring in all its accounts after a restart, whoever the store has given back. Default false: it is
   * an error.
   */
  readonly adopt?: boolean;
}

/** A session that the host has asked for, and may have. */
export interface PlannedSession extends NewSession {
  /** The account has it already, or will when what is queued has been done: nothing is to be created. */
  readonly isThere: boolean;
}

/** A session that another one has asked for. */
export interface SpawnRequest {
  readonly accountId: number;
  /** Undefined: that of the session in `likeSlot`. */
  readonly behaviorName: string | undefined;
  readonly likeSlot: number;
  readonly mapId: number;
  readonly groupId: number;
  readonly init: unknown;
}

const MAX_U32 = 0xffff_ffff;
const CREATE_OPTIONS = ['behavior', 'mapId', 'groupId', 'init', 'adopt'] as const;

/** Which sessions there may be (sleepers count against no limit): checks what the host asks for, against what will be when queued requests are done. */
export class Population {
  maxConcurrentSessions: number;
  /** Sessions of a batch in hand that have yet to be created: what their hooks create must leave room for them. */
  promised = 0;
  readonly #store: SessionStore;
  readonly #queue: RequestQueue;
  readonly #hosts: readonly BehaviorHost[];
  /** The incarnation that was given last. After a restart those in the store go before. */
  incarnations = 0;
  /** A batch has one object of options for all: looked through once. */
  #optionsChecked: CreateOptions | undefined;

  constructor(store: SessionStore, queue: RequestQueue, hosts: readonly BehaviorHost[], maxConcurrentSessions: number) {
    this.#store = store;
    this.#queue = queue;
    this.#hosts = hosts;
    this.maxConcurrentSessions = maxConcurrentSessions;
  }

  /** A session that can be created now, or by the queue, or adopted. Throws `ERR_INVALID_ARGUMENT`, `ERR_SESSION_EXISTS` or `ERR_SESSION_LIMIT`. */
  plan(accountId: number, options: CreateOptions): PlannedSession {
    const planned = this.#checked(accountId, options);
    if (!planned.isThere) this.#requireRoom(1);
    return planned;
  }

  /** The same for many: all can be created, or this throws for the first that cannot (R-15). */
  planBatch(accountIds: ArrayLike<number>, optionsOf: (accountId: number, index: number) => CreateOptions): PlannedSession[] {
    const count = lengthOf(accountIds);
    const planned: PlannedSession[] = [];
    const seen = new Set<number>();
    for (let i = 0; i < count; i++) {
      const accountId = accountIds[i];
      const session = this.#checked(accountId, optionsOf(accountId, i));
      if (seen.has(accountId)) {
        throw new DormouseError('ERR_SESSION_EXISTS', `account ${accountId} stands twice in the batch; nothing was created`, { accountId });
      }
      seen.add(accountId);
      planned.push(session);
    }
    this.#requireRoom(planned.filter(({ isThere }) => !isThere).length);
    return planned;
  }

  /** The same for one that comes from another manager: asleep it counts against no limit. */
  planArrival(accountId: number, host: BehaviorHost, mapId: number, groupId: number, isAsleep: boolean): NewSession {
    if (this.incarnationOf(accountId) !== 0) throw sessionExists(accountId);
    if (!isAsleep) this.#requireRoom(1);
    return { accountId, incarnation: this.#nextIncarnation(), host, mapId, groupId, init: undefined };
  }

  /** Has it come by `enter` when the tick in flight has ended. */
  queueArrival(planned: NewSession, isAsleep: boolean, enter: () => void): void {
    this.#queue.addCreation(planned, () => {
      if (!isAsleep) this.requireRoomNow(1);
      enter();
    });
  }

  /**
   * A session that can be created now. Knows nothing of what the host has queued: what becomes of sessions' requests must not depend on
   * whether it asked before the tick had ended. Throws `ERR_SESSION_LIMIT`, `ERR_BEHAVIOR_UNKNOWN`.
   */
  planSpawn({ accountId, behaviorName, likeSlot, mapId, groupId, init }: SpawnRequest): NewSession {
    const host = behaviorName === undefined ? this.#store.hostOf(likeSlot) : this.#hostNamed(behaviorName);
    this.requireRoomNow(1);
    return { accountId, incarnation: this.#nextIncarnation(), host, mapId, groupId, init };
  }

  /** A session of a recording, in which it was checked. */
  planRecorded(accountId: number, behaviorIndex: number, mapId: number, groupId: number, init: unknown): NewSession {
    return { accountId, incarnation: this.#nextIncarnation(), host: this.#hosts[behaviorIndex], mapId, groupId, init };
  }

  /** Throws `ERR_SESSION_LIMIT` unless there is room beside the sessions there are. */
  requireRoomNow(count: number): void {
    this.#requireRoomBeside(this.#store.awakeCount + this.promised, count);
  }

  /** The incarnation an account has when all that is queued is done; 0 if none. */
  incarnationOf(accountId: number): number {
    const queued = this.#queue.willBe(accountId);
    if (queued !== undefined) return queued;
    return this.#store.incarnationOf(accountId);
  }

  #checked(accountId: number, options: CreateOptions): PlannedSession {
    requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
    if (typeof options !== 'object' || options === null) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `options of account ${accountId} must be an object: got ${shown(options)}`);
    }
    if (options !== this.#optionsChecked) requireKeys('option', options, CREATE_OPTIONS);
    this.#optionsChecked = options;
    const { behavior, mapId = 0, groupId = 0, init, adopt = false } = options;
    if (typeof adopt !== 'boolean') throw new DormouseError('ERR_INVALID_ARGUMENT', `adopt must be true or false: got ${shown(adopt)}`);
    const host = behavior === undefined ? this.#hosts[0] : this.#hostOf(behavior);
    requireInteger('mapId', mapId, 0, MAX_U32);
    requireInteger('groupId', groupId, 0, MAX_U32);
    const present = this.incarnationOf(accountId);
    if (present !== 0) this.#requireAdoptable(accountId, host, adopt);
    return { accountId, incarnation: present || this.#nextIncarnation(), host, mapId, groupId, init, isThere: present !== 0 };
  }

  #requireAdoptable(accountId: number, wanted: BehaviorHost, adopts: boolean): void {
    if (!adopts) throw sessionExists(accountId, ': give adopt: true to go on with it');
    const { index, sleepers } = this.#store;
    const slot = index.get(accountId);
    const entry = sleepers.find(accountId);
    let host = this.#queue.plannedFor(accountId)?.host;
    if (host === undefined && entry !== NO_ENTRY && sleepers.isRefused(entry)) {
      throw sessionExists(accountId, ', whose record is refused: release it to begin anew');
    }
    if (host === undefined) host = slot !== NO_SLOT ? this.#store.hostOf(slot) : this.#hosts[sleepers.behaviorOf(entry)];
    if (host === wanted) return;
    throw sessionExists(
      accountId,
      `, of behaviour ${shown(host.behavior.name)}: it cannot be adopted as one of ${shown(wanted.behavior.name)}`,
    );
  }

  /** Never 0, which is a free row. */
  #nextIncarnation(): number {
    this.incarnations = (this.incarnations + 1) | 0 || 1;
    return this.incarnations;
  }

  #hostOf(behavior: AnyBehavior): BehaviorHost {
    const host = this.#hosts.find((candidate) => candidate.behavior === behavior);
    if (host !== undefined) return host;
    throw this.#unknown(`${isBehavior(behavior) ? `behaviour ${behavior.name}` : shown(behavior)} is not one`);
  }

  #hostNamed(name: string): BehaviorHost {
    const named = this.#hosts.filter(({ behavior }) => behavior.name === name);
    if (named.length === 1) return named[0];
    throw this.#unknown(`${shown(name)} is the name of ${named.length === 0 ? 'none' : 'several'}`);
  }

  #unknown(what: string): DormouseError {
    const known = this.#hosts.map(({ behavior }) => behavior.name).join(', ');
    return new DormouseError('ERR_BEHAVIOR_UNKNOWN', `${what} of this manager's behaviours: ${known}`);
  }

  #requireRoom(count: number): void {
    this.#requireRoomBeside(this.#store.awakeCount + this.#queue.countChange + this.promised, count);
  }

  #requireRoomBeside(present: number, count: number): void {
    if (count === 0 || present + count <= this.maxConcurrentSessions) return;
    throw new DormouseError(
      'ERR_SESSION_LIMIT',
      `at most ${this.maxConcurrentSessions} sessions (maxConcurrentSessions): there are ${present}, asked for ${count} more`,
    );
  }
}

/** Length of a list of ids or handles. Throws `ERR_INVALID_ARGUMENT` for what is none. */
export function lengthOf(list: ArrayLike<unknown>): number {
  const length = (list as ArrayLike<unknown> | undefined)?.length;
  if (typeof list !== 'object' || !Number.isInteger(length)) {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `expected an array: got ${shown(list)}`);
  }
  return length as number;
}
