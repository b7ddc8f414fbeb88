import type { Block } from './block.js';
import type { SessionTable } from './session-table.js';

/** Sessions whose packets are handed out one after the other: a list, of which {@link HostRings.drainRun} does a part. */
export interface OutboundRun {
  slots: Int32Array;
  /** Whose they were when the list was made. */
  accounts: Uint32Array;
  count: number;
  /** The blocks that there are, by number. */
  readonly blocks: readonly (Block | undefined)[];
  readonly table: SessionTable;
  nowMs: number;
  /** Number of the session whose turn it is. */
  next: number;
}

/** The passes over the table that take packets out of cells: see `ColumnKernels`. */
export interface CellTaker {
  takeCells?(begin: number, end: number, nowMs: number): number;
  rewindCells?(begin: number, end: number): void;
}
