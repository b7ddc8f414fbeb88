import { Column, ROW_BITS, ROW_MASK } from '../layout/geometry.js';
import type { PacketHandler } from '../memory/packet-ring.js';
import { Senders } from './senders.js';
import type { SessionStore } from './store.js';

/** Hands outbound packets over. Main thread only. */
export class Outbound {
  readonly #store: SessionStore;
  readonly #senders: Senders;

  constructor(store: SessionStore) {
    this.#store = store;
    this.#senders = new Senders(store, store.table.outboundFlags, (block, row) => block.page[(Column.outbound + row) | 0] !== 0);
  }

  /**
   * Every packet there is, by account id, each session's in order, at simulated time `nowMs`; returns how many. What the handler throws ends
   * it, the rest stays for the next time, as does what hooks of sessions send that the handler creates.
   */
  drain(nowMs: number, handler: PacketHandler): number {
    const { rings, pool, table } = this.#store;
    const senders = this.#senders;
    const before = rings.packetsOut;
    const count = senders.collect();
    for (let i = 0; i < count; i++) {
      const slot = senders.slots[i];
      const row = slot & ROW_MASK;
      const block = pool.blocks[slot >> ROW_BITS];
      // The handler may have released it, and another have come to its row.
      if (block === undefined || block.page[Column.account + row] >>> 0 !== senders.accounts[i]) continue;
      if (block.page[(Column.outbound + row) | 0] === 0) continue;
      table.doubles[block.firstActivity + row] = nowMs;
      try {
        rings.drain(block, row, handler);
      } catch (error) {
        senders.putBack(i, count);
        throw error;
      }
    }
    return rings.packetsOut - before;
  }
}
