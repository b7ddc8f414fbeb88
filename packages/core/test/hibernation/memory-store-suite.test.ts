import { afterEach, describe, it, vi } from 'vitest';
import { describeHibernationStore } from '../../src/conformance/store-suite.js';
import { memoryStore } from '../../src/hibernation/memory-store.js';

afterEach(() => vi.unstubAllGlobals());

for (const options of [{}, { chunkBytes: 65_536 }, { deflate: true }, { deflate: true, chunkBytes: 65_536 }]) {
  describeHibernationStore({
    describe,
    it,
    name: `memoryStore(${JSON.stringify(options)})`,
    create: () => memoryStore(options),
    ...(options.chunkBytes !== undefined && { breakPuts: withoutMemory }),
  });
}

/** No memory for a further chunk. */
function withoutMemory(): () => void {
  const none = class {
    constructor() {
      throw new RangeError('Array buffer allocation failed');
    }
  };
  vi.stubGlobal('ArrayBuffer', none);
  return () => vi.unstubAllGlobals();
}
