import { Column, ROW_BITS, ROW_MASK } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { OutboxRoute } from '../memory/host-mail.js';
import { Senders } from '../session/senders.js';
import { NO_SLOT, type SessionStore } from '../session/store.js';
import { NO_REFUSALS, type RefusedRequest } from '../tick-report.js';
import type { SessionRequests } from './session-requests.js';
import type { Hibernation } from './sleep/hibernation.js';

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
  readonly #senders: Senders;

  constructor(store: SessionStore, requests: SessionRequests, hibernation: Hibernation) {
    this.#store = store;
    this.#requests = requests;
    this.#hibernation = hibernation;
    this.#senders = Senders.by(
      store,
      store.table.outboxFlags,
      ({ cold }) => cold.i32,
      ({ services }) => services.outbox.cursors,
    );
  }

  /** Empties all there are. Returns what could not be done, here or when sessions were released since. */
  deliver(): readonly RefusedRequest[] {
    const senders = this.#senders;
    const count = senders.collect();
    for (let i = 0; i < count; i++) {
      const slot = senders.slots[i];
      // It may have been released since, and one that was spawned have come to its row.
      if (this.#store.word(slot, Column.account) >>> 0 === senders.accounts[i]) this.empty(slot);
    }
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
}

/** In its `create` or `release` hook. */
export function isComingOrGoing(store: SessionStore, slot: number): boolean {
  const hook = store.hookOf(slot);
  return hook === 'create' || hook === 'release';
}
