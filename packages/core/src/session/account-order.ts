import { powerOfTwoFrom } from '../layout/geometry.js';

/** What {@link AccountOrder} hands out: the first `count` of `slots`, by ascending account id. */
export interface OrderedSlots {
  readonly slots: Int32Array;
  readonly count: number;
}

/**
 * Changes kept before they are merged unasked: a 64th of the sessions, within these bounds. To merge 256 takes 0.05 ms, and some 0.3 in code that has not been compiled;
 * 4096 less than a ms, 65 536 some ten. Each merge moves what all sessions have here: of fewer changes, each would cost more.
 */
const FEW_CHANGES = 256;
const MOST_CHANGES = 65_536;
const CHANGES_SHARE = 64;
/** A change's sort key is the account id times this, plus its number: 32 + 17 bits, which a double holds exactly. */
const KEY_STEP = MOST_CHANGES * 2;
/** Stands in a change's slot: the account has none any more. */
const REMOVED = -1;
/** Room for so many is kept whatever there is. */
const LEAST_ROOM = 64;

/**
 * The slots of all sessions by ascending account id: the order in which whatever must not depend on threads is done. Changes are noted
 * when they happen and merged when somebody asks for the order: runs between changes are moved as a whole; nothing is done, nor allocated,
 * when there are none. Main thread only.
 */
export class AccountOrder {
  readonly #order: { slots: Int32Array; count: number } = { slots: new Int32Array(LEAST_ROOM), count: 0 };
  /** Account ids, beside the slots. */
  #accounts = new Uint32Array(LEAST_ROOM);
  /** Sort keys of the changes since the last merge, and by number of the change the slot that the account has from then on. */
  #changeKeys = new Float64Array(LEAST_ROOM);
  #changeSlots = new Int32Array(LEAST_ROOM);
  #changeCount = 0;
  /** The array of slots as it is now is in somebody's hands. */
  #isHandedOut = false;

  /** A session of this account has come to be in this slot. */
  added(accountId: number, slot: number): void {
    this.#note(accountId, slot);
  }

  /** It is gone. An account that was not there changes nothing. */
  removed(accountId: number): void {
    this.#note(accountId, REMOVED);
  }

  /**
   * The order as it is now. `slots` stays as it is until the next call, whatever is added or removed meanwhile; the object is the same at
   * each call.
   */
  slots(): OrderedSlots {
    this.#merge();
    this.#isHandedOut = true;
    return this.#order;
  }

  /** Whether this is the array that it is kept in, and the next call of {@link slots} hands out unless it has to grow. */
  isOf(slots: Int32Array): boolean {
    return this.#order.slots === slots;
  }

  /** Gives back what it has grown by and does not need any more; changes are merged. What was handed out last stays as it is, as ever. */
  trim(): void {
    this.#mergeUnasked();
    if (this.#changeKeys.length > LEAST_ROOM) {
      this.#changeKeys = new Float64Array(LEAST_ROOM);
      this.#changeSlots = new Int32Array(LEAST_ROOM);
    }
    const capacity = roomFor(this.#order.count);
    if (capacity >= this.#accounts.length) return;
    this.#accounts = this.#accounts.slice(0, capacity);
    this.#order.slots = this.#order.slots.slice(0, capacity);
  }

  #note(accountId: number, slot: number): void {
    if (this.#changeCount === this.#changeKeys.length) {
      this.#changeKeys = grown(this.#changeKeys, new Float64Array(this.#changeCount * 2));
      this.#changeSlots = grown(this.#changeSlots, new Int32Array(this.#changeCount * 2));
    }
    this.#changeKeys[this.#changeCount] = accountId * KEY_STEP + this.#changeCount;
    this.#changeSlots[this.#changeCount++] = slot;
    if (this.#changeCount >= FEW_CHANGES && this.#changeCount >= Math.min(this.#order.count / CHANGES_SHARE, MOST_CHANGES)) {
      this.#mergeUnasked();
    }
  }

  /** Somebody may be walking through the order that was handed out last. */
  #mergeUnasked(): void {
    if (this.#changeCount === 0) return;
    if (this.#isHandedOut) this.#order.slots = this.#order.slots.slice();
    this.#isHandedOut = false;
    this.#merge();
  }

  #merge(): void {
    if (this.#changeCount === 0) return;
    const keys = this.#changeKeys.subarray(0, this.#changeCount).sort();
    const lastOnes = this.#keepLastOfEachAccount(keys);
    this.#takeOut(keys, lastOnes);
    this.#putIn(keys, lastOnes);
    this.#changeCount = 0;
  }

  /** Moves the keys of each account's last change to the front; returns how many. */
  #keepLastOfEachAccount(keys: Float64Array): number {
    let kept = 0;
    for (let i = 0; i < keys.length; i++) {
      if (i + 1 < keys.length && accountOf(keys[i]) === accountOf(keys[i + 1])) continue;
      keys[kept++] = keys[i];
    }
    return kept;
  }

  /** Takes every account that has changed out of the order: what stays moves up, run by run. */
  #takeOut(keys: Float64Array, keyCount: number): void {
    const accounts = this.#accounts;
    const { slots, count } = this.#order;
    let from = 0;
    let to = 0;
    for (let i = 0; i < keyCount; i++) {
      const account = accountOf(keys[i]);
      const place = firstNotBelow(accounts, from, count, account);
      if (place === count) break;
      if (accounts[place] !== account) continue;
      if (to !== from) moveRun(accounts, slots, to, from, place);
      to += place - from;
      from = place + 1;
    }
    if (to !== from) moveRun(accounts, slots, to, from, count);
    this.#order.count = to + count - from;
  }

  /** Puts those that have a slot in, from behind, so that each of the others moves once. */
  #putIn(keys: Float64Array, keyCount: number): void {
    const changeSlots = this.#changeSlots;
    let coming = 0;
    for (let i = 0; i < keyCount; i++) if (changeSlots[keys[i] % KEY_STEP] !== REMOVED) coming++;
    let from = this.#order.count;
    let to = from + coming;
    this.#order.count = to;
    this.#reserve(to);
    const accounts = this.#accounts;
    const { slots } = this.#order;
    for (let i = keyCount - 1; i >= 0; i--) {
      const slot = changeSlots[keys[i] % KEY_STEP];
      if (slot === REMOVED) continue;
      const account = accountOf(keys[i]);
      const place = firstNotBelow(accounts, 0, from, account);
      to -= from - place;
      if (place !== from) moveRun(accounts, slots, to, place, from);
      from = place;
      accounts[--to] = account;
      slots[to] = slot;
    }
  }

  #reserve(count: number): void {
    if (count <= this.#accounts.length) return;
    const capacity = roomFor(count);
    this.#accounts = grown(this.#accounts, new Uint32Array(capacity));
    this.#order.slots = grown(this.#order.slots, new Int32Array(capacity));
  }
}

function roomFor(count: number): number {
  return Math.max(LEAST_ROOM, powerOfTwoFrom(count));
}

function accountOf(key: number): number {
  return Math.floor(key / KEY_STEP);
}

/** First place from `begin` on, at most `end`, whose account id is not below `accountId`. */
function firstNotBelow(accounts: Uint32Array, begin: number, end: number, accountId: number): number {
  let low = begin;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (accounts[middle] < accountId) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Moves what lies from `begin` to `end`, not included, so that it begins at `to`. */
function moveRun(accounts: Uint32Array, slots: Int32Array, to: number, begin: number, end: number): void {
  accounts.copyWithin(to, begin, end);
  slots.copyWithin(to, begin, end);
}

function grown<T extends Int32Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
