import type { AnyBehavior } from '../behavior.js';
import { DormouseError } from '../errors.js';
import { NO_ENTRY, Sleepers } from '../hibernation/sleepers.js';
import type { ColumnKernels } from '../kernels/column-kernels.js';
import { PlainKernels } from '../kernels/plain-kernels.js';
import { Column, ROW_BITS, ROW_MASK, SlotState } from '../layout/geometry.js';
import { AccountIndex } from '../memory/account-index.js';
import type { Block } from '../memory/block.js';
import { HostMail } from '../memory/host-mail.js';
import { HostRings } from '../memory/packet-ring.js';
import { clearServices } from '../memory/services.js';
import type { SessionTable } from '../memory/session-table.js';
import { AccountOrder } from './account-order.js';
import type { BehaviorHost } from './behavior-host.js';
import type { Discarded } from './discarded.js';
import { beginRow, type NewSession, sessionExists } from './new-row.js';
import { Outbound } from './outbound.js';
import { type PoolOwner, SessionPool } from './pool.js';
import { type Hook, type HookName, type HookRunner, SessionHooks } from './session-hooks.js';
import { SessionRows, type StoreSizes } from './session-rows.js';
import type { TickClock } from './tick-clock.js';

export const NO_SLOT = -1;

/**
 * The sessions of one manager: table, blocks, index and rings, and every change of who is in them. Main thread only, between ticks
 * only. Knows nothing of ticks, limits or queues: whoever calls it does.
 */
export class SessionStore extends SessionRows {
  readonly index: AccountIndex;
  readonly pool: SessionPool;
  readonly rings: HostRings;
  readonly mail: HostMail;
  readonly outbound: Outbound;
  /** The slots of all sessions, those in their hooks too, by account. */
  readonly order = new AccountOrder();
  /** All sessions that are asleep, those whose rows are still here (`hibernating`) as well as those that are stored. Another, empty, once the manager has stopped. */
  sleepers = new Sleepers();
  /** Passes over the columns of all blocks, in the form that whoever makes the store chooses. */
  kernels: ColumnKernels;
  /** Told of each session that is there no more. Must not throw, nor run anything of the user's. */
  onGone: ((incarnation: number) => void) | undefined;
  /** Told of each slot whose session is gone, before it is free. Must not throw, nor run anything of the user's. */
  onReleased: ((slot: number, accountId: number) => void) | undefined;
  /** Has rows of sleepers stored at once, since no slot is left. Must not throw. */
  makeRoom: (() => void) | undefined;
  /** Sessions by what their slots hold. */
  activeCount = 0;
  hibernatingCount = 0;
  /** True when blocks have come to have active rows, or have lost their last. */
  batchListIsStale = true;
  readonly #hooks: SessionHooks;
  readonly #ceiling: number;
  #batchListLength = 0;

  constructor(
    table: SessionTable,
    sizes: StoreSizes,
    hosts: readonly BehaviorHost[],
    caller: HookRunner,
    clock: TickClock,
    onPoolGrown: PoolOwner['poolGrown'],
  ) {
    super(table, clock);
    this.kernels = new PlainKernels(table);
    this.index = AccountIndex.create(table);
    this.rings = new HostRings(table.regions.blockCount, sizes.ringBytes);
    this.mail = new HostMail(table.regions.blockCount, sizes.mailboxBytes, sizes.outboxBytes);
    this.#hooks = new SessionHooks(caller, table);
    this.#ceiling = sizes.sessionCeiling;
    this.pool = new SessionPool(table, hosts, sizes.poolSize, sizes.poolGrowth, sizes.sessionCeiling, {
      blockAdded: (block) => caller.addBlock(block),
      blockDropped: (block) => {
        caller.dropBlock(block.blockIndex);
        // Its page comes to be another's: nothing stays there that somebody could take for a session's.
        if (this.pool.highRows[block.blockIndex] > 0)
          this.kernels.clearBlocks(block.blockIndex, 1, block.layout.state.hotBytesPerSession > 0);
        this.rings.forget(block.blockIndex);
        this.mail.forget(block.blockIndex);
      },
      poolGrown: onPoolGrown,
    });
    this.outbound = new Outbound(this);
  }

  /** Sessions that have a slot, whatever their state; one counts from before its `create` hook until after its `release` hook. */
  get count(): number {
    return this.pool.allocatedCount;
  }

  /** Sessions that are not asleep: those that a limit is about. */
  get awakeCount(): number {
    return this.pool.allocatedCount - this.hibernatingCount;
  }

  /** Whether the account has a session, awake or asleep. */
  has(accountId: number): boolean {
    return this.index.get(accountId) !== NO_SLOT || this.sleepers.find(accountId) !== NO_ENTRY;
  }

  /** Incarnation of the account's session, awake or asleep; 0 if it has none. */
  incarnationOf(accountId: number): number {
    const slot = this.index.get(accountId);
    if (slot !== NO_SLOT) return this.word(slot, Column.incarnation);
    const entry = this.sleepers.find(accountId);
    return entry === NO_ENTRY ? 0 : this.sleepers.incarnationOf(entry);
  }

  get isInHook(): boolean {
    return this.#hooks.areRunning;
  }

  /** What hook of a session is running, if one is; its last words are part of its `release`. */
  hookOf(slot: number): HookName | undefined {
    return this.#hooks.nameOf(slot);
  }

  /** A slot for one session more. Throws `ERR_SESSION_LIMIT` at the ceiling, `ERR_MEMORY`; nothing has changed then. */
  takeSlot(host: BehaviorHost): number {
    if (this.count >= this.#ceiling) this.makeRoom?.();
    if (this.count < this.#ceiling) return this.pool.take(host);
    throw new DormouseError(
      'ERR_SESSION_LIMIT',
      `at most ${this.#ceiling} sessions can be in memory (sessionCeiling): there are ${this.count}, ${this.hibernatingCount} of them asleep and not stored yet`,
    );
  }

  /** Where an incarnation of an account is now; `hint` is where it was last. `NO_SLOT` once it has been released. */
  find(accountId: number, incarnation: number, hint: number): number {
    if (hint !== NO_SLOT && this.block(hint)?.page[Column.incarnation + (hint & ROW_MASK)] === incarnation) return hint;
    const slot = this.index.get(accountId);
    return slot !== NO_SLOT && this.word(slot, Column.incarnation) === incarnation ? slot : NO_SLOT;
  }

  /** Creates a session. When anything fails nothing has changed: `ERR_SESSION_EXISTS`, `ERR_SESSION_HOOK`, `ERR_MEMORY`, … */
  create(planned: NewSession): number {
    const { accountId, host, mapId, init } = planned;
    // It was new when it was planned; another session's hook may have come before it.
    if (this.has(accountId)) throw sessionExists(accountId);
    const slot = this.takeSlot(host);
    const block = this.block(slot);
    const row = slot & ROW_MASK;
    // So may have somebody who heard of the pool's growth.
    if (this.has(accountId)) {
      this.pool.give(slot, block);
      throw sessionExists(accountId);
    }
    beginRow(block, row, planned, this.clock.number);
    this.table.faultCounts[slot] = 0;
    this.table.doubles[block.firstActivity + row] = this.clock.nowMs;
    host.initialise(block, row);
    clearServices(block, row);
    this.order.added(accountId, slot);
    this.places?.placed(slot, block.behaviorIndex, mapId);
    try {
      this.index.insert(accountId, slot);
      const { create } = host.behavior.definition as AnyBehavior['definition'];
      if (create !== undefined) this.#hooks.call(block, row, create, init, 'create');
    } catch (error) {
      this.#vacate(slot, block, accountId);
      throw error;
    }
    this.setState(slot, SlotState.active);
    return slot;
  }

  /**
   * Ends a session. What its `release` hook throws is returned; the session is gone all the same. `lastWords` takes what it has left in
   * its outbox, that of the hook included.
   */
  release(slot: number, lastWords: (slot: number) => void): DormouseError | undefined {
    const block = this.block(slot);
    const { release } = this.hostOf(slot).behavior.definition;
    let failure: DormouseError | undefined;
    // Its hook counts updates as those of active sessions are counted.
    if (this.table.slotStates[slot] === SlotState.quarantined) this.countOn(slot);
    try {
      if (release !== undefined) this.#hooks.call(block, slot & ROW_MASK, release as Hook, undefined, 'release');
    } catch (error) {
      failure = error as DormouseError;
    }
    this.#hooks.within(slot, 'release', () => lastWords(slot));
    const accountId = this.word(slot, Column.account) >>> 0;
    this.setState(slot, SlotState.free);
    this.#vacate(slot, block, accountId);
    return failure;
  }

  /**
   * Asks an active session's `hibernate` hook whether it may sleep; true where it has none. `lastWords` takes what the hook has put into
   * its outbox. Throws `ERR_SESSION_HOOK`.
   */
  askWhetherItSleeps(slot: number, lastWords: (slot: number) => void): boolean {
    const { hibernate } = this.hostOf(slot).behavior.definition as AnyBehavior['definition'];
    if (hibernate === undefined) return true;
    const incarnation = this.word(slot, Column.incarnation);
    let mayIt = true;
    const ask: Hook = (session) => {
      mayIt = hibernate(session) !== false;
    };
    try {
      this.#hooks.call(this.block(slot), slot & ROW_MASK, ask, undefined, 'hibernate');
    } finally {
      // It may be gone, and its slot another's.
      if (this.word(slot, Column.incarnation) === incarnation) this.#hooks.within(slot, 'hibernate', () => lastWords(slot));
    }
    return mayIt;
  }

  /** Puts a packet into a session's inbound ring; false, counted as dropped, when it is full. */
  push(slot: number, opcode: number, payload: Uint8Array, start: number, length: number): boolean {
    const block = this.block(slot);
    const row = slot & ROW_MASK;
    if (!this.rings.push(block, row, opcode, payload, start, length)) return false;
    this.table.doubles[block.firstActivity + row] = this.clock.nowMs;
    return true;
  }

  /** Discards what a session has sent and asked for that nobody has taken yet: its update did not come to its end. */
  discardUnsent(slot: number): Discarded {
    const block = this.block(slot);
    const row = slot & ROW_MASK;
    return { packets: this.rings.discard(block, row), requests: this.mail.discardOutbox(block, row) };
  }

  quarantine(slot: number): void {
    this.setWord(slot, Column.updateBias, this.word(slot, Column.updateBias) - this.clock.number);
    this.setState(slot, SlotState.quarantined);
  }

  revive(slot: number): void {
    this.countOn(slot);
    this.table.faultCounts[slot] = 0;
    this.setState(slot, SlotState.active);
  }

  /** Ticks in which a session was updated. */
  updateCount(slot: number): number {
    const bias = this.word(slot, Column.updateBias);
    return this.isFrozen(slot) && this.#hooks.nameOf(slot) === undefined ? -bias : this.clock.number - bias;
  }

  /** Lists the blocks with sessions to update, ascending; returns how many. */
  listBatches(): number {
    if (this.batchListIsStale) {
      const { batchList } = this.table;
      let length = 0;
      for (let blockIndex = 0; blockIndex < this.pool.blocks.length; blockIndex++) {
        if (this.table.hasActiveRows(blockIndex)) batchList[length++] = blockIndex;
      }
      this.#batchListLength = length;
      this.batchListIsStale = false;
    }
    return this.#batchListLength;
  }

  /** From now on a session's updates are counted by the tick again. */
  countOn(slot: number): void {
    this.setWord(slot, Column.updateBias, this.word(slot, Column.updateBias) + this.clock.number);
  }

  /** Its session is there no more: frees the slot. */
  #vacate(slot: number, block: Block, accountId: number): void {
    const incarnation = block.page[Column.incarnation + (slot & ROW_MASK)];
    this.onReleased?.(slot, accountId);
    this.vacateSlot(slot, block, accountId);
    this.onGone?.(incarnation);
  }

  /** Frees a slot whose session is gone, or is somewhere else. */
  vacateSlot(slot: number, block: Block, accountId: number): void {
    const row = slot & ROW_MASK;
    block.page[Column.incarnation + row] = 0;
    block.page[Column.inbound + row] = 0;
    block.page[Column.outbound + row] = 0;
    this.index.delete(accountId);
    this.order.removed(accountId);
    this.places?.left(slot);
    this.pool.give(slot, block);
  }

  /** Sets what a slot holds, and keeps the counts and the list of blocks right. */
  setState(slot: number, state: SlotState): void {
    const { table } = this;
    const blockIndex = slot >> ROW_BITS;
    const before = table.slotStates[slot];
    const had = table.hasActiveRows(blockIndex);
    table.setSlotState(slot, state);
    if (table.hasActiveRows(blockIndex) !== had) this.batchListIsStale = true;
    this.activeCount += Number(state === SlotState.active) - Number(before === SlotState.active);
    this.hibernatingCount += Number(state === SlotState.hibernating) - Number(before === SlotState.hibernating);
  }
}
