/** W1: one step. */
import { bitsOf, step } from './motion';

export function updateBatch(page: usize, begin: i32, end: i32, low: i32, high: i32, diffMs: f64, nowMs: f64): void {
  const seconds = <f32>(diffMs / 1000);
  const dt = f32x4.splat(seconds);
  const steer = f32x4.splat(<f32>4 * seconds);
  const regen = f32x4.splat(<f32>0.05 * seconds);
  for (let row = begin & ~3; row < end; row += 4) {
    const bits = bitsOf(low, high, row);
    if (bits != 0) step(page + ((<usize>row) << 2), bits, dt, steer, regen);
  }
}
