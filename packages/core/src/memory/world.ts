import { AccountIndex } from './account-index.js';
import type { Block } from './block.js';
import { MapIndex } from './map-index.js';
import type { SessionTable } from './session-table.js';

/**
 * One thread's sight of all sessions, as far as they are published: who is there, who is where, and the blocks with their snapshots. All of
 * it is shared memory that the main thread writes between ticks; a thread needs the table, the blocks and the map index's buffer.
 */
export class World {
  readonly table: SessionTable;
  readonly blocks: readonly (Block | undefined)[];
  readonly accounts: AccountIndex;
  /** Another one when it has outgrown its buffer: in threads other than the host's. */
  maps: MapIndex;
  /** True while a tick's update runs: only then are snapshots and map index those of the sessions there are. */
  isOpen = false;

  constructor(table: SessionTable, blocks: readonly (Block | undefined)[], maps: MapIndex = MapIndex.create()) {
    this.table = table;
    this.blocks = blocks;
    this.accounts = AccountIndex.attach(table);
    this.maps = maps;
  }
}

/**
 * Shows what the sessions of a block have published, as it is now: one copy from the published columns, which come first in the block, to
 * the snapshot of them. Main thread, between ticks. (Through words: measured four times as fast as a loop, and nothing is made.)
 */
export function takeSnapshot({ cold, layout }: Block): void {
  cold.i32.copyWithin(layout.snapshot >> 2, 0, layout.state.publishedBytes >> 2);
}
