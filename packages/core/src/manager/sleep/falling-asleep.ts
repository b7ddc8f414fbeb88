import type { DormouseError } from '../../errors.js';
import { isObserved, publish } from '../../events.js';
import { NO_LOCATION } from '../../hibernation/hibernation-store.js';
import { Column, ROW_MASK, SlotState } from '../../layout/geometry.js';
import type { Logger } from '../../logger.js';
import type { Block } from '../../memory/block.js';
import { isDrained } from '../../memory/record-ring.js';
import { nextDueTime } from '../../record/due-time.js';
import type { InputTap } from '../../recording/observer.js';
import { fallAsleep } from '../../session/rest.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';

/** A session with something due within so many ms of simulated time is not worth putting to sleep, unless somebody asks for it. */
const SOON_MS = 10_000;

export interface FallingAsleepParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly logger: Logger;
  readonly inputs: InputTap;
  /** Takes what a session's hook has put into its outbox. */
  readonly lastWords: (slot: number) => void;
}

/** Puts sessions to sleep: active → hibernating. Between ticks, or when one has ended; main thread only. */
export class FallingAsleep {
  /** Sessions that fell asleep since start. */
  count = 0;
  readonly #parts: FallingAsleepParts;

  constructor(parts: FallingAsleepParts) {
    this.#parts = parts;
  }

  /**
   * Puts a slot's session to sleep if it may: it is active and in no hook, has nothing unread and nothing to be handed out, nothing is due
   * soon, and its `hibernate` hook has nothing against it. One that has, or throws, counts as active now. Never throws.
   */
  put(slot: number, soonMs = SOON_MS): boolean {
    const { store, clock } = this.#parts;
    if (!this.may(slot, soonMs)) return false;
    const incarnation = store.word(slot, Column.incarnation);
    const accountId = store.word(slot, Column.account) >>> 0;
    if (store.hostOf(slot).behavior.definition.hibernate !== undefined) {
      const mayIt = this.#ask(slot, accountId);
      // The hook may have had anything done, to its own session too.
      if (store.find(accountId, incarnation, slot) !== slot || !this.#isFree(slot)) return false;
      if (!mayIt) store.touch(slot);
      // Packets that the hook has sent are handed out all the same: the row is not stored before.
      if (!mayIt || !this.#mayRest(slot, soonMs, true)) return false;
    }
    const block = store.block(slot);
    const { behaviorIndex, page } = block;
    const row = slot & ROW_MASK;
    const dueMs = nextDueTime(block, row, clock.nowMs);
    store.sleepers.add(
      accountId,
      incarnation,
      behaviorIndex,
      page[Column.map + row] >>> 0,
      page[Column.group + row] >>> 0,
      NO_LOCATION,
      dueMs,
    );
    fallAsleep(store, clock, slot);
    this.count++;
    if (isObserved('dormouse:session:hibernated')) publish('dormouse:session:hibernated', { accountId });
    this.#parts.inputs.observer?.moment();
    return true;
  }

  /** Whether it could sleep now, if its hook has nothing against it. */
  may(slot: number, soonMs = SOON_MS): boolean {
    return this.#isFree(slot) && this.#mayRest(slot, soonMs);
  }

  #isFree(slot: number): boolean {
    const { store } = this.#parts;
    return slot !== NO_SLOT && store.table.slotStates[slot] === SlotState.active && store.hookOf(slot) === undefined;
  }

  #mayRest(slot: number, soonMs: number, maySend = false): boolean {
    const { store, clock } = this.#parts;
    const block = store.block(slot);
    const row = slot & ROW_MASK;
    return isQuiet(block, row, maySend) && nextDueTime(block, row, clock.nowMs) > clock.nowMs + soonMs;
  }

  #ask(slot: number, accountId: number): boolean {
    const { store, logger, lastWords } = this.#parts;
    try {
      return store.askWhetherItSleeps(slot, lastWords);
    } catch (error) {
      const failure = error as DormouseError;
      logger.error(failure.message);
      publish('dormouse:request:refused', { request: 'hibernate', accountId, error: failure });
      return false;
    }
  }
}

/** Nothing is unread, and nothing waits to be taken. */
export function isQuiet({ page, cold, services }: Block, row: number, maySend = false): boolean {
  const words = cold.i32;
  return (
    isDrained(page[Column.inbound + row]) &&
    (maySend || isDrained(page[Column.outbound + row])) &&
    isDrained(words[services.mailbox.cursors + row]) &&
    isDrained(words[services.outbox.cursors + row])
  );
}
