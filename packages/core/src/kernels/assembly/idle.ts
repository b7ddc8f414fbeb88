import { ACTIVE, ACTIVITY_BYTES, ROWS } from './geometry';
import { endOf } from './rows';

/**
 * Lists the slots of active sessions whose last activity was at `beforeMs` or earlier, ascending, as words from `list` on; returns how many.
 * Comparisons of sixteen rows are narrowed to a byte a row, met with the states, and become bits, of which most are 0.
 */
export function listIdle(activity: usize, states: usize, blockCount: u32, beforeMs: f64, list: usize): u32 {
  const before = f64x2.splat(beforeMs);
  const active = i8x16.splat(ACTIVE);
  const first = states;
  const end = endOf(states, blockCount);
  let next = list;
  for (; states < end; states += ROWS, activity += ACTIVITY_BYTES) {
    for (let row: usize = 0; row < ROWS; row += 16) {
      const isActive = i8x16.eq(v128.load(states + row), active);
      if (!v128.any_true(isActive)) continue;
      const at = activity + row * 8;
      const low = i16x8.narrow_i32x4_s(fourIdle(at, before), fourIdle(at + 32, before));
      const high = i16x8.narrow_i32x4_s(fourIdle(at + 64, before), fourIdle(at + 96, before));
      let bits: u32 = i8x16.bitmask(v128.and(i8x16.narrow_i16x8_s(low, high), isActive));
      const slot = <u32>(states - first + row);
      for (; bits !== 0; bits &= bits - 1, next += 4) store<u32>(next, slot + ctz(bits));
    }
  }
  return <u32>((next - list) >> 2);
}

function fourIdle(at: usize, before: v128): v128 {
  const first = f64x2.le(v128.load(at), before);
  const second = f64x2.le(v128.load(at, 16), before);
  return v128.shuffle<i32>(first, second, 0, 2, 4, 6);
}
