/** Of a batch whose packets differ: each has its record's first word in the list. */
export const NO_HEADER: u32 = 0xffff_ffff;
/** Bytes that the list has of each packet, and where in them is what. */
export const PACKET_BYTES: usize = 16;
export const EXPECTED: usize = 4;
export const HEADER: usize = 8;
export const PLACE: usize = 12;
