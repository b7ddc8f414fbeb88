import type { Block } from './block.js';
import type { SessionTable } from './session-table.js';

/** One thread's sight of all sessions, as far as they are published: blocks, and who is where. */
export class World {
  readonly table: SessionTable;
  readonly blocks: readonly (Block | undefined)[];

  constructor(table: SessionTable, blocks: readonly (Block | undefined)[]) {
    this.table = table;
    this.blocks = blocks;
  }
}
