/**
 * Memory by whole pages of the operating system's: those that nobody touches are none, and all go back when the last thread drops the buffer and collects. Zero at first. Throws a
 * `RangeError` when there is no memory.
 *
 * The growable form is not for growing: the plain form is served by malloc, which keeps what is freed (RSS stayed at 565 of
 * 578 MB after dropping 7 of 8 blocks; this form fell to 129 MB). Its views need an explicit length, always: without one they
 * track the buffer's and every access is 5 to 10 times slower.
 */
export function allocatePages(byteLength: number): SharedArrayBuffer {
  return new SharedArrayBuffer(byteLength, { maxByteLength: byteLength });
}
