/** A lane of bytes holds so many before it would run over. */
const MOST_A_LANE: usize = 255;

/** Counts the state bytes of each value 0…4; writes five words to `into`. `slotCount` is a multiple of 64. */
export function countStates(states: usize, slotCount: u32, into: usize): void {
  const end = states + slotCount;
  let active = 0;
  let quarantined = 0;
  let hibernating = 0;
  let waking = 0;
  while (states < end) {
    const until = min(end, states + MOST_A_LANE * 16);
    let ones = i8x16.splat(0);
    let twos = i8x16.splat(0);
    let threes = i8x16.splat(0);
    let fours = i8x16.splat(0);
    for (; states < until; states += 16) {
      const bytes = v128.load(states);
      ones = i8x16.sub(ones, i8x16.eq(bytes, i8x16.splat(1)));
      twos = i8x16.sub(twos, i8x16.eq(bytes, i8x16.splat(2)));
      threes = i8x16.sub(threes, i8x16.eq(bytes, i8x16.splat(3)));
      fours = i8x16.sub(fours, i8x16.eq(bytes, i8x16.splat(4)));
    }
    active += total(ones);
    quarantined += total(twos);
    hibernating += total(threes);
    waking += total(fours);
  }
  store<u32>(into, slotCount - active - quarantined - hibernating - waking, 0);
  store<u32>(into, active, 4);
  store<u32>(into, quarantined, 8);
  store<u32>(into, hibernating, 12);
  store<u32>(into, waking, 16);
}

/** The sum of sixteen bytes. */
function total(bytes: v128): u32 {
  const fours = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
  return i32x4.extract_lane(fours, 0) + i32x4.extract_lane(fours, 1) + i32x4.extract_lane(fours, 2) + i32x4.extract_lane(fours, 3);
}
