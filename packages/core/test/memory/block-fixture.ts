import { layOutBlock, type RingSizes } from '../../src/layout/block-layout.js';
import { Column } from '../../src/layout/geometry.js';
import { type Fields, layOut, type StateLayout } from '../../src/layout/state-layout.js';
import { allocateBlockBuffer, Block } from '../../src/memory/block.js';
import { SessionTable } from '../../src/memory/session-table.js';

export interface BlockFixture {
  readonly table: SessionTable;
  readonly layout: StateLayout;
  readonly block: Block;
}

/** One block of its own in a table of its own; row r belongs to account 1000 + r. */
export function makeBlock(
  options: { ringBytes?: number; fields?: Fields; blockIndex?: number; sizes?: Partial<RingSizes> } = {},
): BlockFixture {
  const { ringBytes = 1024, fields = {}, blockIndex = 0, sizes } = options;
  const table = SessionTable.reserve(256);
  const layout = layOut(fields);
  const places = layOutBlock(layout, { ringBytes, mailboxBytes: 1024, outboxBytes: 1024, ...sizes });
  const block = new Block(table, blockIndex, 0, places, allocateBlockBuffer(places));
  for (let row = 0; row < 64; row++) block.page[Column.account + row] = 1000 + row;
  return { table, layout, block };
}

/** `length` bytes that tell `seed` apart from its neighbours. */
export function bytesOf(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (Math.imul(seed + 1, 0x9e37_79b1) | 1) >>> 0;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}
