import { bookkeep, type Columns } from './columns.js';

/** W0: what every update does, and nothing more. */
export function update(columns: Columns, nowMs: number): void {
  bookkeep(columns, nowMs);
}
