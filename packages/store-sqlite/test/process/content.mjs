/** Content of a record, known by account and seed; the seed is its first 4 bytes. */
export function contentOf(account, seed) {
  const record = new Uint8Array(4 + ((account * 7 + seed) % 500));
  new DataView(record.buffer, 0, 4).setUint32(0, seed, true);
  for (let index = 4; index < record.length; index++) record[index] = (Math.imul(account + index, 0x9e37_79b1) ^ (seed * 31)) >>> 11;
  return record;
}
