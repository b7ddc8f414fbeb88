/** The index's own hash, written down again: a test that chooses accounts by where they fall must not ask the code under test. */
function mix(accountId: number): number {
  let h = accountId;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The first `count` accounts that fall into one submap, and there, in a submap of 32 entries, on a home that `wanted` likes. */
export function accountsInSubmap(submap: number, count: number, wanted: (home: number) => boolean = () => true): number[] {
  const found: number[] = [];
  for (let account = 1; found.length < count; account++) {
    const hash = mix(account);
    if (hash >>> 26 === submap && wanted(hash & 31)) found.push(account);
  }
  return found;
}
