import { MARK, MARK_BEFORE, PACKETS_IN, PACKETS_OUT, PAGE_BYTES, ROWS } from './geometry';
import { endOf, isEmpty } from './rows';

/** Begins the next half of the activity window in all blocks with rows in use: mark before = mark, mark = packets either way. */
export function turnActivity(pages: usize, states: usize, blockCount: u32): void {
  const end = endOf(states, blockCount);
  for (; states < end; states += ROWS, pages += PAGE_BYTES) {
    if (isEmpty(states)) continue;
    for (let at = pages; at < pages + ROWS * 4; at += 16) {
      v128.store(at, v128.load(at, MARK), MARK_BEFORE);
      v128.store(at, i32x4.add(v128.load(at, PACKETS_IN), v128.load(at, PACKETS_OUT)), MARK);
    }
  }
}

/** Sets one column of 64 words to 0 in the pages of `blockCount` blocks; `column` is its offset in a page. */
export function clearColumn(pages: usize, blockCount: u32, column: usize): void {
  const end = pages + <usize>blockCount * PAGE_BYTES;
  for (; pages < end; pages += PAGE_BYTES) memory.fill(pages + column, 0, ROWS * 4);
}

/** Sets the first `bytes` of the pages of `blockCount` blocks to 0. */
export function clearPages(pages: usize, blockCount: u32, bytes: usize): void {
  const end = pages + <usize>blockCount * PAGE_BYTES;
  for (; pages < end; pages += PAGE_BYTES) memory.fill(pages, 0, bytes);
}
