import { ACTIVE, QUARANTINED, ROWS } from './geometry';

/** True when none of a block's rows is in use: their state bytes are all 0. */
export function isEmpty(states: usize): bool {
  const first = v128.or(v128.load(states, 0), v128.load(states, 16));
  const second = v128.or(v128.load(states, 32), v128.load(states, 48));
  return !v128.any_true(v128.or(first, second));
}

/** True when all of a block's rows are active: there is nothing to leave out. */
export function areAllActive(states: usize): bool {
  const first = v128.and(i8x16.eq(v128.load(states, 0), i8x16.splat(ACTIVE)), i8x16.eq(v128.load(states, 16), i8x16.splat(ACTIVE)));
  const second = v128.and(i8x16.eq(v128.load(states, 32), i8x16.splat(ACTIVE)), i8x16.eq(v128.load(states, 48), i8x16.splat(ACTIVE)));
  return i8x16.all_true(v128.and(first, second));
}

/** Where the state bytes end. */
export function endOf(states: usize, blockCount: u32): usize {
  return states + <usize>blockCount * ROWS;
}

/** All ones in the lanes of those of four rows whose state is active or quarantined. */
export function awakeRows(states: usize): v128 {
  const fromActive = i8x16.sub(v128.load32_zero(states), i8x16.splat(ACTIVE));
  const awake = i8x16.lt_u(fromActive, i8x16.splat(QUARANTINED - ACTIVE + 1));
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(awake));
}
