import { type ColumnKernels, columnKernels } from '../../src/kernels/column-kernels.js';
import { Column } from '../../src/layout/geometry.js';
import type { Block } from '../../src/memory/block.js';
import { HostRings } from '../../src/memory/packet-ring.js';
import type { SessionTable } from '../../src/memory/session-table.js';
import { ByteSink } from '../../src/record/byte-sink.js';
import { INBOUND, OUTBOUND, writePackets } from '../../src/record/ring-sections.js';
import { SessionView } from '../../src/runtime/session-view.js';
import { defineStateClass } from '../../src/runtime/state-view.js';
import { makeServices } from '../runtime/services-fixture.js';
import { makeBlock } from './block-fixture.js';

export const RING_BYTES = 1024;

/** Both ends of the rings of one block, with kernels: row r has account 1000 + r and incarnation 500 + r. */
export interface Side {
  readonly table: SessionTable;
  readonly block: Block;
  readonly rings: HostRings;
  readonly session: SessionView;
  readonly kernels: ColumnKernels;
}

export function makeSide(enableSimd = true): Side {
  // Not the first block: a row is not its slot.
  const { table, layout, block } = makeBlock({ ringBytes: RING_BYTES, blockIndex: 2 });
  for (let row = 0; row < 64; row++) block.page[Column.incarnation + row] = 500 + row;
  const State = defineStateClass(layout);
  const session = new SessionView(new State(), makeServices(table));
  session.$attach(block);
  const kernels = columnKernels(table, enableSimd, (reason) => {
    throw new Error(reason);
  });
  return { table, block, rings: new HostRings(4, RING_BYTES), session, kernels };
}

/** What is in a row's two rings, whether in their cells or where it would be without them. */
export function heldIn(block: Block, row: number): Uint8Array {
  const sink = new ByteSink();
  writePackets(sink, block, row, INBOUND, 1);
  writePackets(sink, block, row, OUTBOUND, 2);
  return sink.bytes.slice(0, sink.at);
}
