import { Traffic } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { appendRecord, NO_RECORD } from '../memory/record-ring.js';

/**
 * Puts a record into a session's outbox, as `appendRecord` does, and has the host look there when the tick ends. `NO_RECORD`, counted as
 * dropped, when there is no room.
 */
export function putInOutbox(
  outboxFlags: Uint8Array,
  block: Block,
  row: number,
  kind: number,
  a: number,
  b: number,
  payloadBytes: number,
): number {
  const at = appendRecord(block.cold.i32, block.services.outbox, row, kind, a, b, payloadBytes);
  if (at === NO_RECORD) countDropped(block, row);
  else outboxFlags[block.blockIndex] = 1;
  return at;
}

/** Something a session wanted to send is not sent. */
export function countDropped(block: Block, row: number): void {
  block.traffic[Traffic.dropped + row]++;
}
