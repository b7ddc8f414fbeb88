/** W3 and W4: as many steps as `repeat` says. */
import { bitsOf, step } from './motion';

@external('layout', 'repeat') declare const REPEAT: usize;

export function updateBatch(page: usize, begin: i32, end: i32, low: i32, high: i32, diffMs: f64, nowMs: f64): void {
  const seconds = <f32>(diffMs / 1000);
  const dt = f32x4.splat(seconds);
  const steer = f32x4.splat(<f32>4 * seconds);
  const regen = f32x4.splat(<f32>0.05 * seconds);
  // All rows make their first step before any makes its second: what one step waits for, others have long done.
  for (let made: i32 = 0, isMoving = true; isMoving; made++) {
    isMoving = false;
    for (let row = begin & ~3; row < end; row += 4) {
      const at = page + ((<usize>row) << 2);
      const bits = bitsOf(low, high, row) & i32x4.bitmask(i32x4.gt_u(v128.load(at + REPEAT), i32x4.splat(made)));
      if (bits == 0) continue;
      isMoving = true;
      step(at, bits, dt, steer, regen);
    }
  }
}
