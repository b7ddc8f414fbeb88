/** One update of the sessions in behaviors/striding.ts, which has the same in JavaScript. */

@external("layout", "x") declare const X: usize;
@external("layout", "seed") declare const SEED: usize;
@external("layout", "updates") declare const UPDATES: usize;
@external("layout", "seenMs") declare const SEEN_MS: usize;
@external("params", "width") declare const WIDTH: f32;

export function updateBatch(page: usize, begin: i32, end: i32, low: i32, high: i32, diffMs: f64, nowMs: f64): void {
  const seconds = <f32>(diffMs / 1000);
  for (let row = begin; row < end; row++) {
    if ((((row < 32 ? low : high) >>> (row & 31)) & 1) == 0) continue;
    const word = page + ((<usize>row) << 2);
    let seed = load<u32>(word + SEED);
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    store<u32>(word + SEED, seed);
    const x = load<f32>(word + X) + <f32>(seed & 255) * seconds;
    store<f32>(word + X, x >= WIDTH ? x - WIDTH : x);
    store<u32>(word + UPDATES, load<u32>(word + UPDATES) + 1);
    store<f64>(page + ((<usize>row) << 3) + SEEN_MS, nowMs);
  }
}
