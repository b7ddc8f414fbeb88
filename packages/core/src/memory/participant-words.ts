/**
 * A participant's words in the table, one cache line each: how far it has come, so that what it leaves unfinished when its thread dies can
 * be told. Writer: the participant, with plain stores; the host reads them when the thread is gone, the watchdog at any time.
 */
export const ParticipantWord = {
  /**
   * What it is running of the segment at `segment`. 0 … 63: that row's update. {@link segmentRunning}: a whole segment's `updateBatch`.
   * Negative: nothing, and the rows before `~row` of the block are done.
   */
  row: 0,
  /** Where the segment begins among the rows of all listed blocks, counted through. Means nothing while `row` is −1. */
  segment: 1,
  /** Batch being run, plus one; 0 between batches. It is unfinished if `batchDone` does not have the round's epoch. */
  batch: 2,
  /** Last control message taken. */
  acknowledged: 3,
  /** Batches finished since it joined. */
  batches: 4,
  /** Epoch of the last round it ran a batch of. */
  epoch: 5,
  /** Faults posted to the host since it joined. */
  faults: 6,
} as const;

/** `row` while rows `first … stop − 1` of a segment are in one call of `updateBatch`. */
export function segmentRunning(first: number, stop: number): number {
  return (stop << 8) | first;
}

/** Rows of one block whose update was under way, and the first row after all that is done or under way. */
export interface RowsUnderWay {
  readonly begin: number;
  readonly end: number;
  readonly next: number;
}

/** What `row` says. `begin` = `end` when nothing was under way. */
export function rowsUnderWay(row: number): RowsUnderWay {
  if (row < 0) return { begin: 0, end: 0, next: ~row };
  if (row < 64) return { begin: row, end: row + 1, next: row + 1 };
  return { begin: row & 0xff, end: row >> 8, next: row >> 8 };
}
