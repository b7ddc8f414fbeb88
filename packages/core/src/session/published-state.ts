import type { Block } from '../memory/block.js';
import { takeSnapshot, type World } from '../memory/world.js';
import { Places } from './places.js';
import type { SessionStore } from './store.js';

/**
 * Shows every session what the others have published, as it stands when a tick begins: copies of their published columns, and who is on
 * which map. Costs nothing where no behaviour publishes anything. Main thread only.
 */
export class PublishedState {
  readonly #store: SessionStore;
  readonly #world: World;

  constructor(store: SessionStore, world: World) {
    this.#store = store;
    this.#world = world;
    const publishes = store.pool.hosts.map(({ layout }) => layout.publishedBytes > 0);
    if (publishes.includes(true)) store.places = new Places(world.maps, publishes);
  }

  /** The host has done what it had to do between ticks: what sessions see is taken now. */
  beginTick(): void {
    const { places, order, pool } = this.#store;
    if (places === undefined) return;
    places.settle(order);
    const { blocks } = pool;
    for (let blockIndex = 0; blockIndex < blocks.length; blockIndex++) {
      if (places.toBeShown(blockIndex)) takeSnapshot(blocks[blockIndex] as Block);
    }
    this.#world.isOpen = true;
  }

  /** The update is over: sessions come and go from here on. */
  endTick(): void {
    this.#world.isOpen = false;
  }
}
