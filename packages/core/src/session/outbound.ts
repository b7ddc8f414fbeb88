import { Column, ROWS } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { PacketHandler } from '../memory/packet-ring.js';
import type { SessionStore } from './store.js';

/**
 * Hands over every outbound packet there is, by slot, at simulated time `nowMs`; returns how many. What the handler throws ends it, the rest
 * stays for the next time.
 */
export function drainOutbound(store: SessionStore, nowMs: number, handler: PacketHandler): number {
  const { outboundFlags, doubles } = store.table;
  const { blocks } = store.pool;
  const { rings } = store;
  const before = rings.packetsOut;
  for (let blockIndex = 0; blockIndex < blocks.length; blockIndex++) {
    if (outboundFlags[blockIndex] === 0) continue;
    const block = blocks[blockIndex] as Block;
    // Cleared first: the handler may create a session whose hook sends, in a row that is done with.
    outboundFlags[blockIndex] = 0;
    try {
      for (let row = 0; row < ROWS; row++) {
        if (block.page[(Column.outbound + row) | 0] === 0) continue;
        doubles[block.firstActivity + row] = nowMs;
        rings.drain(block, row, handler);
      }
    } catch (error) {
      outboundFlags[blockIndex] = 1;
      throw error;
    }
  }
  return rings.packetsOut - before;
}
