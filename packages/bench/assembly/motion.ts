/** One step of motion for four rows at a time, as arithmetic and order of the workloads' specification have it; nothing is fused. */

// Byte offsets of the columns from a block's page, as the manager gives them.
@external('layout', 'x') declare const X: usize;
@external('layout', 'y') declare const Y: usize;
@external('layout', 'vx') declare const VX: usize;
@external('layout', 'vy') declare const VY: usize;
@external('layout', 'hp') declare const HP: usize;
@external('layout', 'targetX') declare const TARGET_X: usize;
@external('layout', 'targetY') declare const TARGET_Y: usize;
@external('layout', 'rng') declare const RNG: usize;

/** The bits of rows `row … row + 3` in the mask of a block; `row` is a multiple of 4. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function bitsOf(low: i32, high: i32, row: i32): i32 {
  return ((row < 32 ? low : high) >>> (row & 31)) & 15;
}

/**
 * Steps those of four rows whose bits are set; `at` is the page plus 4 times the first of them. The others are read, whoever may be writing them,
 * and not written.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function step(at: usize, bits: i32, dt: v128, steer: v128, regen: v128): void {
  const epsilon = f32x4.splat(0.001);
  const x = v128.load(at + X);
  const y = v128.load(at + Y);
  let dx = f32x4.sub(v128.load(at + TARGET_X), x);
  let dy = f32x4.sub(v128.load(at + TARGET_Y), y);
  let d2 = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
  const near = i32x4.bitmask(f32x4.lt(d2, f32x4.splat(1))) & bits;
  if (near != 0) {
    retarget(at, near);
    dx = f32x4.sub(v128.load(at + TARGET_X), x);
    dy = f32x4.sub(v128.load(at + TARGET_Y), y);
    d2 = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
  }
  const inverse = f32x4.div(f32x4.splat(7), f32x4.add(f32x4.sqrt(d2), epsilon));
  let vx = v128.load(at + VX);
  let vy = v128.load(at + VY);
  let hp = v128.load(at + HP);
  vx = f32x4.add(vx, f32x4.mul(f32x4.sub(f32x4.mul(dx, inverse), vx), steer));
  vy = f32x4.add(vy, f32x4.mul(f32x4.sub(f32x4.mul(dy, inverse), vy), steer));
  hp = f32x4.add(hp, f32x4.mul(f32x4.sub(f32x4.splat(100), hp), regen));
  hp = f32x4.sub(hp, f32x4.mul(f32x4.add(f32x4.mul(vx, vx), f32x4.mul(vy, vy)), epsilon));
  const nextX = f32x4.add(x, f32x4.mul(vx, dt));
  const nextY = f32x4.add(y, f32x4.mul(vy, dt));
  if (bits == 15) {
    v128.store(at + VX, vx);
    v128.store(at + VY, vy);
    v128.store(at + X, nextX);
    v128.store(at + Y, nextY);
    v128.store(at + HP, hp);
  } else {
    put(at + VX, vx, bits);
    put(at + VY, vy, bits);
    put(at + X, nextX, bits);
    put(at + Y, nextY, bits);
    put(at + HP, hp, bits);
  }
}

/** Those whose bits are set have come to their targets: the next ones. Rare, so one by one. */
function retarget(at: usize, bits: i32): void {
  for (; bits != 0; bits &= bits - 1) {
    const row = at + ((<usize>ctz(bits)) << 2);
    const first = next(load<u32>(row + RNG));
    const second = next(first);
    store<f32>(row + TARGET_X, arena(first));
    store<f32>(row + TARGET_Y, arena(second));
    store<u32>(row + RNG, second);
  }
}

/** Those of a column whose bits are set: the others may be another thread's. */
function put(at: usize, values: v128, bits: i32): void {
  if (bits & 1) v128.store32_lane(at, values, 0);
  if (bits & 2) v128.store32_lane(at, values, 1, 4);
  if (bits & 4) v128.store32_lane(at, values, 2, 8);
  if (bits & 8) v128.store32_lane(at, values, 3, 12);
}

/** xorshift32. */
function next(r: u32): u32 {
  r ^= r << 13;
  r ^= r >> 17;
  return r ^ (r << 5);
}

/** A coordinate in [0, 128). */
function arena(r: u32): f32 {
  return <f32>(r >> 8) / <f32>131072;
}
