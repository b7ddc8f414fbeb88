import { ROW_BITS } from '../layout/geometry.js';
import type { MapGroup, MapIndex } from '../memory/map-index.js';
import type { AccountOrder } from './account-order.js';

/** Stands where a session is in no group. */
const NOWHERE = 0;
const MAPS = 2 ** 32;

/** Sessions of one behaviour on one map. */
interface Group extends MapGroup {
  count: number;
}

/**
 * Who is where, of the sessions whose behaviour publishes something: brought to the map index when a tick begins, if anybody has come, gone
 * or moved since. One pass over all sessions by account then; nothing is sorted. Main thread only.
 */
export class Places {
  readonly #index: MapIndex;
  readonly #publishes: readonly boolean[];
  /** By behaviour and map; a group's number is its place in `#groups`, the first is nobody's. */
  readonly #numbers = new Map<number, number>();
  readonly #groups: Group[] = [{ behaviorIndex: 0, mapId: 0, count: 0 }];
  readonly #freeNumbers: number[] = [];
  /** Number of the group that a slot's session is in. */
  #groupOfSlot = new Uint32Array(64);
  /** Sessions in each block that are in a group. */
  #sessionsOfBlock = new Uint8Array(1);
  #shownBlocks = new Uint8Array(1);
  #next = new Uint32Array(16);
  #sessionCount = 0;
  #isStale = false;

  constructor(index: MapIndex, publishes: readonly boolean[]) {
    this.#index = index;
    this.#publishes = publishes;
  }

  /** A session of this behaviour has come to be on this map. */
  placed(slot: number, behaviorIndex: number, mapId: number): void {
    if (!this.#publishes[behaviorIndex]) return;
    this.#reserve(slot);
    this.#join(slot, behaviorIndex, mapId);
    this.#sessionsOfBlock[slot >> ROW_BITS]++;
    this.#sessionCount++;
  }

  moved(slot: number, mapId: number): void {
    const group = this.#groups[this.#groupOfSlot[slot] ?? NOWHERE];
    if (group.count === 0 || group.mapId === mapId) return;
    const { behaviorIndex } = group;
    this.#leave(slot);
    this.#join(slot, behaviorIndex, mapId);
  }

  /** The session in a slot is in another one from now on. */
  relocated(from: number, to: number): void {
    const number = this.#groupOfSlot[from] ?? NOWHERE;
    if (number === NOWHERE) return;
    this.#reserve(to);
    this.#groupOfSlot[to] = number;
    this.#groupOfSlot[from] = NOWHERE;
    this.#sessionsOfBlock[from >> ROW_BITS]--;
    this.#sessionsOfBlock[to >> ROW_BITS]++;
    this.#isStale = true;
  }

  left(slot: number): void {
    if ((this.#groupOfSlot[slot] ?? NOWHERE) === NOWHERE) return;
    this.#leave(slot);
    this.#sessionsOfBlock[slot >> ROW_BITS]--;
    this.#sessionCount--;
  }

  /** Whether there is something to show of a block now: somebody in it publishes something. */
  toBeShown(blockIndex: number): boolean {
    if (!(this.#sessionsOfBlock[blockIndex] > 0)) return false;
    this.#shownBlocks[blockIndex] = 1;
    return true;
  }

  /** Whether there ever was: its snapshot has been written to. */
  wasShown(blockIndex: number): boolean {
    return this.#shownBlocks[blockIndex] === 1;
  }

  /** The block was dropped, its snapshot with it. */
  forget(blockIndex: number): void {
    if (blockIndex < this.#shownBlocks.length) this.#shownBlocks[blockIndex] = 0;
  }

  /** Bytes of the map index. */
  get indexBytes(): number {
    return this.#index.buffer.byteLength;
  }

  /** Brings the map index up to date. */
  settle(order: AccountOrder): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    const index = this.#index;
    const groups = this.#groups;
    let at = index.reset(this.#inhabited(), this.#numbers.size, this.#sessionCount);
    // Where each group's next slot goes.
    if (this.#next.length < groups.length) this.#next = new Uint32Array(groups.length * 2);
    const next = this.#next;
    for (const [number, { count }] of groups.entries()) {
      next[number] = at;
      at += count;
    }
    const { words } = index;
    const groupOfSlot = this.#groupOfSlot;
    const { slots, count } = order.slots();
    for (let i = 0; i < count; i++) {
      const slot = slots[i];
      const number = groupOfSlot[slot];
      if (number > NOWHERE) words[next[number]++] = slot;
    }
  }

  *#inhabited(): Generator<Group> {
    for (const group of this.#groups) if (group.count > 0) yield group;
  }

  #join(slot: number, behaviorIndex: number, mapId: number): void {
    const key = behaviorIndex * MAPS + mapId;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#freeNumbers.pop() ?? this.#groups.length;
      this.#groups[number] = { behaviorIndex, mapId, count: 0 };
      this.#numbers.set(key, number);
    }
    this.#groups[number].count++;
    this.#groupOfSlot[slot] = number;
    this.#isStale = true;
  }

  #leave(slot: number): void {
    const number = this.#groupOfSlot[slot];
    const group = this.#groups[number];
    if (--group.count === 0) {
      this.#numbers.delete(group.behaviorIndex * MAPS + group.mapId);
      this.#freeNumbers.push(number);
    }
    this.#groupOfSlot[slot] = NOWHERE;
    this.#isStale = true;
  }

  #reserve(slot: number): void {
    let room = this.#groupOfSlot.length;
    if (slot < room) return;
    while (room <= slot) room *= 2;
    const blocks = room >> ROW_BITS;
    this.#groupOfSlot = grown(this.#groupOfSlot, new Uint32Array(room));
    this.#sessionsOfBlock = grown(this.#sessionsOfBlock, new Uint8Array(blocks));
    this.#shownBlocks = grown(this.#shownBlocks, new Uint8Array(blocks));
  }
}

function grown<T extends Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
