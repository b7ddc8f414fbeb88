import { ACCOUNT, FREE, OUTBOUND, PAGE_BYTES } from './geometry';

/**
 * Of `count` slots, words from `slots` on, keeps those that are not free and whose outbound rings hold something, in their order; writes their accounts, as words, from
 * `accounts` on. Returns how many.
 */
export function keepSenders(slots: usize, accounts: usize, count: u32, states: usize, pages: usize): u32 {
  let kept: usize = 0;
  const end = slots + ((<usize>count) << 2);
  for (let at = slots; at < end; at += 4) {
    const slot = load<u32>(at);
    const columns = pages + <usize>(slot >> 6) * PAGE_BYTES + <usize>((slot & 63) << 2);
    if (load<u32>(columns, OUTBOUND) === 0 || load<u8>(states + slot) === FREE) continue;
    store<u32>(slots + kept, slot);
    store<u32>(accounts + kept, load<u32>(columns, ACCOUNT));
    kept += 4;
  }
  return <u32>(kept >> 2);
}
