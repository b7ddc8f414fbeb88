import type { AnyBehavior } from '../behavior.js';
import { DormouseError, requireInteger, shown } from '../errors.js';
import { Column, MAX_ACCOUNT_ID, ROW_BITS, ROW_MASK, SlotState } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { NO_GROUP } from '../memory/map-index.js';
import { sharedUnder } from '../memory/shared-buffers.js';
import type { Peer } from '../session-api.js';
import { PeerViews } from './peer-views.js';
import type { RuntimeServices } from './services.js';

const NO_SLOT = -1;
const NOBODY: Iterable<never> = Object.freeze([]);

/**
 * Other sessions' published fields, and what the host shares with all: what one session view sees of the world. Reads only what the main
 * thread has written between ticks, never a live column: what is found does not depend on who has run since the tick began.
 */
export class Peers {
  readonly #services: RuntimeServices;
  readonly #views: (PeerViews | undefined)[] = [];
  /** The call that views were last taken in. */
  #block: Block | undefined;
  #row = 0;
  /** True for sessions of a batch: any of them may be looked at until the batch's call returns. */
  #isOfBatch = false;
  #lastBehavior: AnyBehavior | undefined;
  #lastBehaviorIndex = 0;

  constructor(services: RuntimeServices) {
    this.#services = services;
  }

  find(block: Block, row: number, accountId: number, behavior: AnyBehavior | undefined): Peer<never> | null {
    const behaviorIndex = this.#begin(block, row, behavior);
    const { accounts, blocks, table } = this.#services.world;
    if (accountId >>> 0 !== accountId) requireInteger('accountId', accountId, 0, MAX_ACCOUNT_ID);
    const slot = accounts.read(accountId);
    // A sleeper is seen by nobody, be its row still there or not.
    if (slot === NO_SLOT || table.slotStates[slot] === SlotState.hibernating) return null;
    const found = blocks[slot >> ROW_BITS];
    if (found === undefined || found.behaviorIndex !== behaviorIndex) return null;
    return this.#viewsOf(found).view(found, slot & ROW_MASK);
  }

  all(block: Block, row: number, behavior: AnyBehavior | undefined): Iterable<Peer<never>> {
    const behaviorIndex = this.#begin(block, row, behavior);
    const { maps, blocks } = this.#services.world;
    const entry = maps.find(behaviorIndex, block.page[Column.map + row] >>> 0);
    if (entry === NO_GROUP) return NOBODY;
    const { words } = maps;
    const first = words[entry + 2];
    const views = this.#viewsOf(blocks[words[first] >> ROW_BITS] as Block);
    return views.walk(words, first, words[entry + 3], block.firstSlot + row);
  }

  shared(name: string): ArrayBufferView {
    return sharedUnder(name, this.#services.shared);
  }

  /** It serves the sessions of a batch, whose call goes on when the next session is looked at. */
  $ofBatch(): void {
    this.#isOfBatch = true;
  }

  /** The tick has ended: what was kept of it is dead. */
  $park(): void {
    if (this.#block === undefined) return;
    this.#block = undefined;
    for (const views of this.#views) views?.park();
  }

  /** Checks that others can be seen; returns the index of the behaviour that is asked for. */
  #begin(block: Block, row: number, behavior: AnyBehavior | undefined): number {
    const behaviorIndex = behavior === undefined ? block.behaviorIndex : this.#indexOf(behavior);
    const { world, behaviors } = this.#services;
    if (!world.isOpen || behaviors[behaviorIndex].layout.publishedBytes === 0) this.#refuse(behaviorIndex);
    if (block !== this.#block || (row !== this.#row && !this.#isOfBatch)) {
      this.#block = block;
      this.#row = row;
      for (const views of this.#views) views?.giveBack();
    }
    return behaviorIndex;
  }

  #viewsOf(block: Block): PeerViews {
    let views = this.#views[block.behaviorIndex];
    if (views === undefined) {
      views = new PeerViews(this.#services.world.blocks, block.layout);
      this.#views[block.behaviorIndex] = views;
    }
    return views;
  }

  #indexOf(behavior: AnyBehavior): number {
    if (behavior === this.#lastBehavior) return this.#lastBehaviorIndex;
    const { behaviors } = this.#services;
    let index = behaviors.indexOf(behavior);
    // Modules can come to be loaded twice, by a test runner or a compiler: name and address are what tells behaviours apart.
    if (index === -1) index = behaviors.findIndex(({ name, url }) => name === behavior?.name && url === behavior.url);
    if (index === -1) {
      const known = behaviors.map(({ name }) => name).join(', ');
      throw new DormouseError(
        'ERR_BEHAVIOR_UNKNOWN',
        `this manager does not run ${shown(behavior?.name ?? behavior)}: its behaviours are ${known}`,
      );
    }
    this.#lastBehavior = behavior;
    this.#lastBehaviorIndex = index;
    return index;
  }

  #refuse(behaviorIndex: number): never {
    const { name, layout } = this.#services.behaviors[behaviorIndex];
    if (layout.publishedBytes === 0) {
      throw new DormouseError(
        'ERR_BEHAVIOR_INVALID',
        `sessions of behaviour ${shown(name)} cannot be seen: none of its fields is published`,
      );
    }
    throw new DormouseError('ERR_SESSION_HOOK', 'other sessions can be seen in an update only, not in create or release hooks');
  }
}
