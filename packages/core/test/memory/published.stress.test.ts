import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineBehavior } from '../../src/behavior.js';
import { Column, ROW_MASK } from '../../src/layout/geometry.js';
import type { Block } from '../../src/memory/block.js';
import { SessionTable } from '../../src/memory/session-table.js';
import { World } from '../../src/memory/world.js';
import { defineStateClass, type StateView } from '../../src/runtime/state-view.js';
import { BehaviorHost } from '../../src/session/behavior-host.js';
import { PublishedState } from '../../src/session/published-state.js';
import { SessionStore } from '../../src/session/store.js';
import { TickClock } from '../../src/session/tick-clock.js';
import { bundleWorker, type WorkerBundle } from './threads/bundle.js';
import { FIELDS, markOf, type ReaderTick, SIZES, type Start, type TickHandover } from './threads/peer-world.js';
import { randomOf } from './threads/ring-traffic.js';

const TICKS = 25;
const MAPS = 3;

let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await bundleWorker('peer-reader');
}, 30_000);
afterAll(() => bundle.remove());

type Marked = StateView & { mark: number; name: string; secret: number };

/** The host's side: sessions that come, go and move between ticks. */
class Host {
  readonly table = SessionTable.reserve(1024);
  readonly store: SessionStore;
  readonly world: World;
  readonly published: PublishedState;
  added: { blockIndex: number; buffer: SharedArrayBuffer }[] = [];
  readonly #blocks: Block[] = [];
  readonly #behavior = defineBehavior(import.meta.url, { name: 'marked', state: FIELDS, update() {} });
  readonly #host = new BehaviorHost(this.#behavior, 0, SIZES);
  readonly #state = new (defineStateClass(this.#behavior.layout))() as Marked;
  readonly #random: () => number;
  #incarnations = 0;

  constructor(seed: number) {
    this.#random = randomOf(seed);
    const addBlock = (block: Block) => {
      this.#blocks[block.blockIndex] = block;
      this.added.push({ blockIndex: block.blockIndex, buffer: block.buffer });
    };
    const caller = { addBlock, dropBlock() {}, callHook: () => false };
    const sizes = { ...SIZES, sessionCeiling: 1024, poolSize: 64, poolGrowth: 64 };
    this.store = new SessionStore(this.table, sizes, [this.#host], caller, new TickClock(0), () => {});
    this.world = new World(this.table, this.#blocks);
    this.published = new PublishedState(this.store, this.world);
  }

  change(): void {
    for (let i = 0; i < 60; i++) {
      const accountId = 1 + (this.#random() % 400);
      const mapId = this.#random() % MAPS;
      const slot = this.store.index.get(accountId);
      if (slot === -1)
        this.store.create({ accountId, incarnation: ++this.#incarnations, host: this.#host, mapId, groupId: 0, init: undefined });
      else if (this.#random() % 3 === 0) this.store.release(slot, () => {});
      else this.store.setWord(slot, Column.map, mapId);
    }
  }

  /** Sets what every session publishes. */
  write(markFor: (accountId: number) => number): void {
    for (const slot of this.store.slots()) {
      const block = this.store.block(slot);
      this.#state.$attach(block);
      this.#state.$row = slot & ROW_MASK;
      const mark = markFor(block.page[Column.account + (slot & ROW_MASK)] >>> 0);
      this.#state.mark = mark;
      this.#state.name = `${mark}`;
    }
  }

  pairs(): number {
    const counts = new Array<number>(MAPS).fill(0);
    for (const slot of this.store.slots()) counts[this.store.word(slot, Column.map)]++;
    return counts.reduce((sum, count) => sum + count * (count - 1), 0);
  }
}

describe('what is published', () => {
  it.each([1, 2])(
    'is read by a thread as it stood when the tick began, while another writes to live columns (seed %i)',
    async (seed) => {
      const host = new Host(seed);
      const reading = new SharedArrayBuffer(4);
      const isReading = new Int32Array(reading, 0, 1);
      const { worker } = bundle.start({ attachment: host.table.attachment, reading } satisfies Start);
      try {
        let mapIndex: SharedArrayBuffer | undefined;
        let writes = 0;
        for (let tick = 1; tick <= TICKS; tick++) {
          host.change();
          host.write((accountId) => markOf(tick, accountId));
          host.published.beginTick();
          const { buffer } = host.world.maps;
          const handover: TickHandover = { tick, blocks: host.added.splice(0), mapIndex: buffer === mapIndex ? undefined : buffer };
          mapIndex = buffer;
          Atomics.store(isReading, 0, 1);
          worker.postMessage(handover);
          // This thread is a participant too, until the other has read all it will.
          do host.write(() => writes++);
          while (Atomics.load(isReading, 0) === 1);
          const [report] = (await once(worker, 'message')) as [ReaderTick];
          host.published.endTick();
          expect(report).toEqual({ sessions: host.store.count, peers: host.pairs(), wrongValues: 0, wrongOrder: 0, wrongMaps: 0 });
        }
        expect(host.store.count).toBeGreaterThan(100);
      } finally {
        await worker.terminate();
      }
    },
    60_000,
  );
});
