import type { SessionStore } from './store.js';

/** Shows every session what the others have published, as it stands when a tick begins. Main thread only. */
export class PublishedState {
  readonly #store: SessionStore;
  constructor(store: SessionStore) {
    this.#store = store;
  }
  beginTick(): void {
    if (this.#store.count < 0) throw new Error('SKELETON');
  }
}
