import { setImmediate } from 'node:timers/promises';
import { memoryStore } from '@dormouse/core';

/** Small chunks: that there is something to compact. */
const CHUNK_BYTES = 4096;

/**
 * `raw`, `deflate`, `slow`: what `put` is given it takes some turns of the event loop later, and now and then it does not; or `never`: it takes nothing, so that
 * every sleeper's row stays as it is.
 */
export function storeOf(name, below) {
  const store = memoryStore({ deflate: name === 'deflate', chunkBytes: CHUNK_BYTES });
  if (name === 'never') {
    store.put = () => {
      throw new Error('not here');
    };
  }
  if (name !== 'slow') return store;
  const put = store.put.bind(store);
  store.put = async (batch) => {
    for (let turns = 1 + below(4); turns > 0; turns--) await setImmediate();
    if (below(100) === 0) throw new Error('not now');
    await put(batch);
  };
  return store;
}
