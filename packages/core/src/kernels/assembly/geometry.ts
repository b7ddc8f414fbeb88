/** The part of layout/geometry.ts that kernels need, in bytes; the suite compares both. */

export const ROWS: u32 = 64;
export const PAGE_BYTES: usize = 8192;
const COLUMN_BYTES: usize = 256;

export const PACKETS_IN: usize = 7 * COLUMN_BYTES;
export const PACKETS_OUT: usize = 8 * COLUMN_BYTES;
export const BYTES_IN: usize = 9 * COLUMN_BYTES;
export const BYTES_OUT: usize = 10 * COLUMN_BYTES;
export const DROPPED: usize = 11 * COLUMN_BYTES;
export const LAST_ACTIVITY: usize = 12 * COLUMN_BYTES;
export const MARK: usize = 14 * COLUMN_BYTES;
export const MARK_BEFORE: usize = 15 * COLUMN_BYTES;

/** Values of the state bytes. */
export const ACTIVE: i8 = 1;
export const QUARANTINED: i8 = 2;
