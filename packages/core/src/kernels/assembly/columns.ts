import { MARK, MARK_BEFORE, PACKETS_IN, PACKETS_OUT, ROWS, TRAFFIC_BYTES } from './geometry';
import { endOf, isEmpty } from './rows';

/** Begins the next half of the activity window in all blocks with rows in use: mark before = mark, mark = packets either way. */
export function turnActivity(traffic: usize, states: usize, blockCount: u32): void {
  const end = endOf(states, blockCount);
  for (; states < end; states += ROWS, traffic += TRAFFIC_BYTES) {
    if (isEmpty(states)) continue;
    for (let at = traffic; at < traffic + ROWS * 4; at += 16) {
      v128.store(at, v128.load(at, MARK), MARK_BEFORE);
      v128.store(at, i32x4.add(v128.load(at, PACKETS_IN), v128.load(at, PACKETS_OUT)), MARK);
    }
  }
}

/** Sets one column of 64 words to 0 in `blockCount` blocks: it begins at `column` in the first, and `blockBytes` further in each one behind it. */
export function clearColumn(column: usize, blockCount: u32, blockBytes: u32): void {
  const end = column + <usize>blockCount * blockBytes;
  for (; column < end; column += blockBytes) memory.fill(column, 0, ROWS * 4);
}

/** Sets `bytes` bytes from `start` on to 0. */
export function clear(start: usize, bytes: usize): void {
  memory.fill(start, 0, bytes);
}
