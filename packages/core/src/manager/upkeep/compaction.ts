import { ROW_BITS } from '../../layout/geometry.js';
import type { Block } from '../../memory/block.js';
import type { BehaviorHost } from '../../session/behavior-host.js';
import { blockBytes } from '../../session/memory-usage.js';
import { dropBlock, relocate } from '../../session/relocation.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { Garbage } from './garbage.js';
import { neighbours } from './neighbours.js';

export interface CompactionParts {
  readonly store: SessionStore;
  readonly garbage: Garbage;
  /** A session lies in another slot from now on: to be told to whoever keeps slots from one slice to the next. */
  readonly moved: (from: number, to: number) => void;
}

/** What a compaction has done so far. */
export interface CompactionCounts {
  movedSessions: number;
  droppedBlocks: number;
  bytesGivenBack: number;
}

/**
 * Moves sessions so that they need few blocks, and lets go of those that are empty. Each method is done in steps of one session or
 * one block, between any two of which anything may happen to the population: what comes next is decided anew at each, by what is there then, so that no
 * plan can be out of date. The index is right after each step; it never has tombstones (its deletion shifts back), so there is nothing to rebuild.
 * Main thread only, between ticks.
 */
export class Compaction {
  readonly #parts: CompactionParts;
  readonly #counts: CompactionCounts;

  constructor(parts: CompactionParts, counts: CompactionCounts) {
    this.#parts = parts;
    this.#counts = counts;
  }

  /** Empties the block with the fewest sessions into the fullest others, as long as that empties it: each behaviour then has as few as it can. */
  *evacuate(): Generator<undefined> {
    const { store } = this.#parts;
    const { pool } = store;
    for (const { behaviorIndex } of pool.hosts) {
      for (let from = pool.slotToEvacuate(behaviorIndex); from !== NO_SLOT; from = pool.slotToEvacuate(behaviorIndex)) {
        this.#move(from, pool.takeBeside(store.block(from)));
        yield;
      }
    }
  }

  /**
   * Lays the sessions of each map and group side by side, in blocks that nobody has touched: what lies in the old ones beside what they hold now
   * is given back as well. Where a block's worth of neighbours has a block to itself already nothing moves, nor where a behaviour has as many blocks as it can
   * ever need and is in all of them. Throws `ERR_MEMORY`.
   */
  *layOut(): Generator<undefined> {
    const { store } = this.#parts;
    yield* this.#dropSpare();
    for (const host of store.pool.hosts) {
      const laid = new Set<number>();
      for (const accounts of neighbours(store, host.behaviorIndex)) {
        if (accounts !== undefined) yield* this.#layTogether(accounts, host, laid);
        yield;
      }
    }
  }

  /** Drops blocks of no use, highest numbers first, and brings the pool back to its size with blocks that nobody has touched. Throws `ERR_MEMORY`. */
  *trim(): Generator<undefined> {
    const { pool } = this.#parts.store;
    yield* this.#dropSpare();
    pool.shrink();
    while (pool.refill()) yield;
  }

  *#dropSpare(): Generator<undefined> {
    const { pool } = this.#parts.store;
    for (let blockIndex = pool.blocks.length - 1; blockIndex >= 0; blockIndex--) {
      const block = pool.blocks[blockIndex];
      if (block !== undefined && pool.isToSpare(block)) this.#drop(block);
      yield;
    }
  }

  *#layTogether(accounts: readonly number[], host: BehaviorHost, laid: Set<number>): Generator<undefined> {
    const { pool, index } = this.#parts.store;
    const first = index.get(accounts[0]) >> ROW_BITS;
    if (accounts.every((accountId) => index.get(accountId) >> ROW_BITS === first)) {
      const block = pool.blocks[first];
      if (block !== undefined && pool.usedIn(block) === accounts.length) {
        laid.add(first);
        return;
      }
    }
    let target: Block | undefined;
    for (const accountId of accounts) {
      const from = index.get(accountId);
      // Gone meanwhile, or created anew, perhaps with another behaviour, or beside those that were laid.
      if (from === NO_SLOT || laid.has(from >> ROW_BITS) || pool.blocks[from >> ROW_BITS]?.behaviorIndex !== host.behaviorIndex) continue;
      let to = target === undefined ? NO_SLOT : pool.takeIn(target);
      if (to === NO_SLOT) {
        // The first; or others were created in it meanwhile.
        target = pool.untouchedBlock(host);
        if (target === undefined) return;
        laid.add(target.blockIndex);
        to = pool.takeIn(target);
      }
      this.#move(from, to);
      yield;
    }
  }

  #move(from: number, to: number): void {
    const { store, moved } = this.#parts;
    const block = store.block(from);
    relocate(store, from, to);
    moved(from, to);
    this.#counts.movedSessions++;
    if (store.pool.usedIn(block) === 0) this.#drop(block);
  }

  #drop(block: Block): void {
    const { store, garbage } = this.#parts;
    const bytes = blockBytes(store, block);
    dropBlock(store, block);
    garbage.dropped(block, bytes);
    this.#counts.droppedBlocks++;
    this.#counts.bytesGivenBack += bytes;
  }
}
