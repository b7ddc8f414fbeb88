import { Column, ROW_BITS, ROW_MASK, ROWS, SlotState } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { OutboxRoute } from '../memory/host-mail.js';
import { NO_SLOT, type SessionStore } from '../session/store.js';
import { NO_REFUSALS, type RefusedRequest } from '../tick-report.js';
import type { Hibernation } from './hibernation.js';
import type { SessionRequests } from './session-requests.js';

/** Up to this share of all sessions senders are sorted, above it taken from the order of all accounts (of 50 000: as good at 3000 to 5000). */
const SORTED_SHARE = 1 / 16;

/**
 * Empties sessions' outboxes when a tick has ended, in the order of sender's account and sequence: messages go into mailboxes, requests
 * are carried out. Who ran first, and on what thread, makes no difference. Main thread only.
 *
 * What a session has asked for is carried out even if it is released first: whoever releases a session empties its outbox, when
 * its release hook has run. What hooks of others put into outboxes meanwhile waits for the end of the next tick.
 */
export class OutboxDelivery implements OutboxRoute {
  readonly #store: SessionStore;
  readonly #requests: SessionRequests;
  readonly #hibernation: Hibernation;
  #refused: RefusedRequest[] = [];
  /** Slots of sessions that have something in their outboxes; as many as this tick has. */
  #senders = new Int32Array(ROWS);
  #accounts = new Uint32Array(ROWS);

  constructor(store: SessionStore, requests: SessionRequests, hibernation: Hibernation) {
    this.#store = store;
    this.#requests = requests;
    this.#hibernation = hibernation;
  }

  /** Empties all there are. Returns what could not be done, here or when sessions were released since. */
  deliver(): readonly RefusedRequest[] {
    const count = this.#collect();
    const senders = this.#senders;
    for (let i = 0; i < count; i++) this.empty(senders[i]);
    if (this.#refused.length === 0) return NO_REFUSALS;
    const refused = this.#refused;
    this.#refused = [];
    return refused;
  }

  /** Empties one session's outbox. */
  empty(slot: number): void {
    this.#store.mail.emptyOutbox(this.blockOf(slot), slot & ROW_MASK, this);
  }

  receiverOf(accountId: number): number {
    const store = this.#store;
    const slot = store.index.get(accountId);
    // A sleeper wakes: the message is in its mailbox when it is updated next.
    if (slot === NO_SLOT || store.isAsleep(slot)) return store.sleepers.count === 0 ? NO_SLOT : this.#hibernation.wakeSlot(accountId);
    // In these hooks it may be reading a message, and is not there yet, or no more, to get another.
    return store.isInHook && isComingOrGoing(store, slot) ? NO_SLOT : slot;
  }

  blockOf(slot: number): Block {
    return this.#store.pool.blocks[slot >> ROW_BITS] as Block;
  }

  carryOut(block: Block, row: number, at: number): void {
    const refusal = this.#requests.carryOut(block.firstSlot + row, at);
    if (refusal !== undefined) this.#refused.push(refusal);
  }

  /** Finds who has something in an outbox, by ascending account id; returns how many. */
  #collect(): number {
    const { table, pool, count } = this.#store;
    const { outboxFlags, slotStates } = table;
    const { blocks } = pool;
    let found = 0;
    for (let blockIndex = 0; blockIndex < blocks.length; blockIndex++) {
      if (outboxFlags[blockIndex] === 0) continue;
      outboxFlags[blockIndex] = 0;
      const block = blocks[blockIndex] as Block;
      const words = block.cold.i32;
      const { cursors } = block.services.outbox;
      if (found + ROWS > this.#senders.length) this.#grow(found);
      for (let row = 0; row < ROWS; row++) {
        // A create hook that threw leaves its outbox to whoever comes to the row next, to be cleared.
        if (words[cursors + row] === 0 || slotStates[block.firstSlot + row] === SlotState.free) continue;
        this.#senders[found++] = block.firstSlot + row;
      }
    }
    if (found > 1) {
      if (found > count * SORTED_SHARE) this.#takeFromOrder();
      else this.#sort(found);
    }
    return found;
  }

  #takeFromOrder(): void {
    const { order, pool, table } = this.#store;
    const { blocks } = pool;
    const { slots, count } = order.slots();
    const senders = this.#senders;
    let found = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i];
      const block = blocks[slot >> ROW_BITS] as Block;
      if (block.cold.i32[block.services.outbox.cursors + (slot & ROW_MASK)] === 0) continue;
      if (table.slotStates[slot] !== SlotState.free) senders[found++] = slot;
    }
  }

  #sort(found: number): void {
    const { index, pool } = this.#store;
    const accounts = this.#accounts;
    const senders = this.#senders;
    for (let i = 0; i < found; i++)
      accounts[i] = (pool.blocks[senders[i] >> ROW_BITS] as Block).page[Column.account + (senders[i] & ROW_MASK)];
    accounts.subarray(0, found).sort();
    for (let i = 0; i < found; i++) senders[i] = index.get(accounts[i]);
  }

  #grow(found: number): void {
    const senders = new Int32Array(this.#senders.length * 2);
    senders.set(this.#senders.subarray(0, found));
    this.#senders = senders;
    this.#accounts = new Uint32Array(senders.length);
  }
}

/** In its `create` or `release` hook. */
export function isComingOrGoing(store: SessionStore, slot: number): boolean {
  const hook = store.hookOf(slot);
  return hook === 'create' || hook === 'release';
}
