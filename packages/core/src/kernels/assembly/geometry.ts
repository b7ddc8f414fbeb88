/** The part of layout/geometry.ts that kernels need, in bytes; the suite compares both. */

export const ROWS: u32 = 64;
const COLUMN_BYTES: usize = 256;
/** Bytes of a block's counters, and of its times of last activity. */
export const TRAFFIC_BYTES: usize = 7 * COLUMN_BYTES;
export const ACTIVITY_BYTES: usize = 512;

export const PACKETS_IN: usize = 0 * COLUMN_BYTES;
export const PACKETS_OUT: usize = 1 * COLUMN_BYTES;
export const BYTES_IN: usize = 2 * COLUMN_BYTES;
export const BYTES_OUT: usize = 3 * COLUMN_BYTES;
export const DROPPED: usize = 4 * COLUMN_BYTES;
export const MARK: usize = 5 * COLUMN_BYTES;
export const MARK_BEFORE: usize = 6 * COLUMN_BYTES;

/** Columns of a block's page, and its bytes. */
export const PAGE_BYTES: usize = 7 * COLUMN_BYTES;
export const ACCOUNT: usize = 0 * COLUMN_BYTES;
export const INCARNATION: usize = 3 * COLUMN_BYTES;
export const INBOUND: usize = 5 * COLUMN_BYTES;
export const OUTBOUND: usize = 6 * COLUMN_BYTES;
/** Words of a ring's near part. */
export const NEAR_WORDS: u32 = 64;

/** Bytes of a ring's cell, the longest payload that fits into one, and the cursors of a ring whose record lies there. */
export const CELL_BYTES: usize = 48;
export const MOST_CELL_PAYLOAD: u32 = 44;
export const IN_CELL: u32 = 0x8000_0001;
/** Those of a ring whose packet was taken out of its cell and is being handed out. */
export const CELL_TAKEN: u32 = 0x0001_0001;

/** Values of the state bytes. */
export const FREE: u8 = 0;
export const ACTIVE: i8 = 1;
export const QUARANTINED: i8 = 2;
export const HIBERNATING: u8 = 3;
