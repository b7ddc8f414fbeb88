import { DormouseError } from '../errors.js';
import type { BlockLayout } from '../layout/block-layout.js';
import { Column, ROW_BITS, ROW_MASK } from '../layout/geometry.js';
import { type Block, EMPTY_VIEWS } from '../memory/block.js';
import type { World } from '../memory/world.js';
import type { Peer } from '../session-api.js';
import { type PeerStateClass, type PeerStateView, peerStateClass } from './peer-state.js';

const { account: ACCOUNT, map: MAP, group: GROUP } = Column;
const NO_PAGE = new Int32Array(0);
const NO_WORDS = new Int32Array(0);
/** Where a walk stands that has ended with the call it was made in. */
const DEAD = -1;

/** Another session. */
class PeerView implements Peer {
  readonly state: never;
  readonly $state: PeerStateView;
  $page: Int32Array = NO_PAGE;

  constructor(state: PeerStateView) {
    this.$state = state;
    this.state = state as never;
    Object.preventExtensions(this);
  }

  get accountId(): number {
    return this.$page[ACCOUNT + this.$state.$row] >>> 0;
  }

  get mapId(): number {
    return this.$page[MAP + this.$state.$row] >>> 0;
  }

  get groupId(): number {
    return this.$page[GROUP + this.$state.$row] >>> 0;
  }

  $point(block: Block, row: number): void {
    this.$page = block.page;
    this.$state.$cold = block.cold;
    this.$state.$row = row;
  }

  /** Points at nothing: fields read as undefined, ids as 0. */
  $park(): void {
    this.$page = NO_PAGE;
    this.$state.$cold = EMPTY_VIEWS;
    this.$state.$row = 0;
  }
}

/** Some slots' sessions but one, one after the other in one view: an iterable, and its own first iterator. */
class PeerWalk implements IterableIterator<Peer<never>> {
  readonly #views: PeerViews;
  readonly #blocks: World['blocks'];
  readonly #view: PeerView;
  // The same object each time, as the view in it is.
  readonly #result: IteratorResult<Peer<never>>;
  #slots: Int32Array = NO_WORDS;
  #first = 0;
  #count = 0;
  #own = 0;
  #at = DEAD;
  #isIterated = false;

  constructor(views: PeerViews, blocks: World['blocks'], view: PeerView) {
    this.#views = views;
    this.#blocks = blocks;
    this.#view = view;
    this.#result = { done: false, value: view as never };
  }

  begin(slots: Int32Array, first: number, count: number, own: number): void {
    this.#slots = slots;
    this.#first = first;
    this.#count = count;
    this.#own = own;
    this.#at = 0;
    this.#isIterated = false;
  }

  park(): void {
    this.#at = DEAD;
    this.#count = 0;
    this.#view.$park();
  }

  [Symbol.iterator](): IterableIterator<Peer<never>> {
    // Iterated before, and perhaps still: with a place and a view of its own then.
    const walk = this.#isIterated ? this.#views.walk(this.#slots, this.#first, this.#count, this.#own) : this;
    walk.#isIterated = true;
    return walk;
  }

  next(): IteratorResult<Peer<never>> {
    while (this.#at < this.#count) {
      if (this.#at === DEAD) throw parked();
      const slot = this.#slots[this.#first + this.#at++];
      if (slot === this.#own) continue;
      this.#view.$point(this.#blocks[slot >> ROW_BITS] as Block, slot & ROW_MASK);
      return this.#result;
    }
    return { done: true, value: undefined };
  }
}

/** One thread's views of sessions of one behaviour, for the sessions of another or the same: taken in turn, and again for the next call. */
export class PeerViews {
  readonly #blocks: World['blocks'];
  readonly #State: PeerStateClass;
  readonly #views: PeerView[] = [];
  readonly #walks: PeerWalk[] = [];
  #viewsTaken = 0;
  #walksTaken = 0;

  constructor(blocks: World['blocks'], layout: BlockLayout) {
    this.#blocks = blocks;
    this.#State = peerStateClass(layout);
  }

  /** A view of one session. */
  view(block: Block, row: number): Peer<never> {
    let view = this.#views[this.#viewsTaken++];
    if (view === undefined) {
      view = new PeerView(new this.#State());
      this.#views.push(view);
    }
    view.$point(block, row);
    return view as Peer<never>;
  }

  /** A walk over the sessions in `count` slots from the `first` on, but for the slot `own`. */
  walk(slots: Int32Array, first: number, count: number, own: number): PeerWalk {
    let walk = this.#walks[this.#walksTaken++];
    if (walk === undefined) {
      walk = new PeerWalk(this, this.#blocks, new PeerView(new this.#State()));
      this.#walks.push(walk);
    }
    walk.begin(slots, first, count, own);
    return walk;
  }

  /** The call in which they were taken has returned. */
  giveBack(): void {
    this.#viewsTaken = 0;
    this.#walksTaken = 0;
  }

  /** The tick has ended: what was kept of them is dead. */
  park(): void {
    this.giveBack();
    for (const view of this.#views) view.$park();
    for (const walk of this.#walks) walk.park();
  }
}

function parked(): DormouseError {
  return new DormouseError(
    'ERR_SESSION_PARKED',
    'peers were walked through outside the call they were asked for in: they are dead when it returns',
  );
}
