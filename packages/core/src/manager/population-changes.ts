import { DormouseError } from '../errors.js';
import { isObserved, publish } from '../events.js';
import { NO_ENTRY } from '../hibernation/sleepers.js';
import { Column } from '../layout/geometry.js';
import type { Logger } from '../logger.js';
import type { InputTap } from '../recording/observer.js';
import type { NewSession } from '../session/new-row.js';
import { NO_SLOT, type SessionStore } from '../session/store.js';
import type { OutboxDelivery } from './outbox-delivery.js';
import type { Population, SpawnRequest } from './population.js';
import type { RequestedChanges } from './session-requests.js';
import type { Hibernation } from './sleep/hibernation.js';
import { NO_ROOM } from './sleep/waking.js';

export interface ChangeParts {
  readonly store: SessionStore;
  readonly hibernation: Hibernation;
  readonly outboxes: OutboxDelivery;
  readonly inputs: InputTap;
  readonly logger: Logger;
}

/** Of the errors of a creation those that what is stored by now, and memory, decide. What a hook has thrown is an error of its own. */
const NO_SLOT_CODES = ['ERR_SESSION_LIMIT', 'ERR_MEMORY', 'ERR_INDEX_FULL'] as const;

/**
 * Sessions come and go through it, at once, whatever phase the tick is in: for the host, for sessions that ask, and as it was recorded. Knows
 * what is told of each, to subscribers and to a recording. Main thread only.
 */
export class PopulationChanges implements RequestedChanges {
  readonly #parts: ChangeParts;
  readonly #store: SessionStore;
  readonly #population: Population;

  constructor(parts: ChangeParts, population: Population) {
    this.#parts = parts;
    this.#store = parts.store;
    this.#population = population;
  }

  // ------------------------------------------------------------------------------------------------- for the host

  /** Returns the session's slot. */
  create(planned: NewSession): number {
    const { inputs } = this.#parts;
    inputs.observer?.creating(planned);
    try {
      return this.#create(planned);
    } catch (error) {
      inputs.observer?.failed(planned.accountId);
      throw error;
    }
  }

  /** All or none: when one cannot be created, those before it are released again. Returns their slots. */
  createAll(planned: readonly NewSession[]): number[] {
    const population = this.#population;
    const slots: number[] = [];
    let toCome = planned.length;
    population.promised += toCome;
    try {
      for (const session of planned) {
        toCome--;
        population.promised--;
        if (planned.length > 1) this.#tellLimit();
        slots.push(this.create(session));
      }
    } catch (error) {
      population.promised -= toCome;
      this.#tellLimit();
      for (let i = slots.length - 1; i >= 0; i--) {
        const { accountId, incarnation } = planned[i];
        // But for those that a hook has released, and perhaps created anew, meanwhile.
        if (this.#store.incarnationOf(accountId) === incarnation) this.release(accountId);
      }
      throw error;
    }
    return slots;
  }

  /**
   * Throws `ERR_SESSION_LIMIT` where its `release` hook needs a sleeper awake and there is no slot for it, `ERR_STORE_FAILED` where its record cannot be read
   * now; it sleeps on then.
   */
  release(accountId: number): void {
    if (!this.#raiseToRelease(accountId)) return;
    this.#parts.inputs.observer?.releasing(accountId);
    this.#release(accountId);
  }

  setMaxConcurrentSessions(count: number): void {
    this.#population.maxConcurrentSessions = count;
    this.#tellLimit();
  }

  // ------------------------------------------------------------------------------------------ for sessions that ask

  spawn(request: SpawnRequest): void {
    this.#create(this.#population.planSpawn(request));
    this.#parts.inputs.observer?.moment();
  }

  releaseSlot(slot: number): void {
    this.#release(this.#store.word(slot, Column.account) >>> 0);
    this.#parts.inputs.observer?.moment();
  }

  moveSlot(slot: number, column: number, value: number): void {
    this.#store.setWord(slot, column, value);
  }

  /** The same wherever the account's session is: a sleeper sleeps on. */
  moveAccount(accountId: number, column: typeof Column.map | typeof Column.group, value: number): void {
    const { index, sleepers } = this.#store;
    const slot = index.get(accountId);
    if (slot !== NO_SLOT) this.moveSlot(slot, column, value);
    const entry = sleepers.find(accountId);
    if (entry === NO_ENTRY) return;
    if (column === Column.map) sleepers.setMap(entry, value);
    else sleepers.setGroup(entry, value);
    this.#parts.hibernation.storing.movedAsleep(accountId);
  }

  // --------------------------------------------------------------------------------------------- as it was recorded

  /** Whatever the limit is. */
  createRecorded(accountId: number, behaviorIndex: number, mapId: number, groupId: number, init: unknown): void {
    this.#create(this.#population.planRecorded(accountId, behaviorIndex, mapId, groupId, init));
  }

  releaseRecorded(accountId: number): void {
    if (this.#raiseToRelease(accountId)) this.#release(accountId);
  }

  /** A session comes to be there by `enter`, which returns its slot, or throws and has changed nothing. */
  admit(accountId: number, enter: () => number): number {
    const { inputs } = this.#parts;
    if (inputs.observer?.hadNoSlot(accountId)) {
      throw new DormouseError('ERR_SESSION_LIMIT', `no slot was free for account ${accountId} when this was recorded`, { accountId });
    }
    let slot: number;
    try {
      slot = enter();
    } catch (error) {
      if (NO_SLOT_CODES.some((code) => DormouseError.isInstance(error, code))) inputs.observer?.noSlot(accountId);
      throw error;
    }
    if (isObserved('dormouse:session:created')) publish('dormouse:session:created', { accountId });
    return slot;
  }

  // -------------------------------------------------------------------------------------------------------- inside

  #create(planned: NewSession): number {
    return this.admit(planned.accountId, () => this.#store.create(planned));
  }

  /**
   * A sleeper whose behaviour has something to do then is awake when it is released; others do not wake, wherever their rows are. False when
   * it is gone: somebody heard of the pool's growth, or of a store that fails, and had it released.
   */
  #raiseToRelease(accountId: number): boolean {
    const { sleepers, pool, index } = this.#store;
    const { waking } = this.#parts.hibernation;
    const entry = sleepers.find(accountId);
    if (entry === NO_ENTRY) return true;
    const incarnation = sleepers.incarnationOf(entry);
    const hasHook = pool.hosts[sleepers.behaviorOf(entry)]?.behavior.definition.release !== undefined;
    if (!hasHook && index.get(accountId) === NO_SLOT) return true;
    if (waking.raise(accountId) !== NO_ROOM) return this.#store.incarnationOf(accountId) === incarnation;
    const cause = waking.causeOf(accountId);
    throw new DormouseError(
      cause?.code ?? 'ERR_SESSION_LIMIT',
      `account ${accountId} sleeps and cannot be woken to be released now${cause === undefined ? '' : `: ${cause.message}`}`,
      { accountId, cause },
    );
  }

  /** The hook's error is told, not thrown: the session is gone, as was asked. */
  #release(accountId: number): void {
    const slot = this.#store.index.get(accountId);
    if (slot === NO_SLOT) {
      if (!this.#parts.hibernation.drop(accountId)) return;
      if (isObserved('dormouse:session:released')) publish('dormouse:session:released', { accountId });
      return;
    }
    const failure = this.#store.release(slot, (going) => this.#parts.outboxes.empty(going));
    if (failure !== undefined) {
      this.#parts.logger.error(failure.message);
      publish('dormouse:request:refused', { request: 'release', accountId, error: failure });
    }
    if (isObserved('dormouse:session:released')) publish('dormouse:session:released', { accountId });
  }

  /** A replay creates a batch one by one: what is promised to those to come is room that others do not have meanwhile. */
  #tellLimit(): void {
    this.#parts.inputs.observer?.limited(this.#population.maxConcurrentSessions - this.#population.promised);
  }
}
