import { Column, ROWS } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';

/** Outputs thrown away after seeding, so that close seeds have nothing in common. */
const WARM_UP = 12;

/**
 * The next number of a row's stream, 0 ≤ r < 1 with 53 bits: sfc32 (C. Doty-Humphrey, PractRand; public domain), whose whole state is
 * four words. A stream begins when it is first asked for; until then its words are 0, which no stream in use has.
 */
export function nextRandom(block: Block, row: number, seed: number): number {
  const words = block.cold.i32;
  const at = block.services.random + row;
  if (words[at + 3 * ROWS] === 0) beginRandom(words, at, seed, block.page[Column.account + row]);
  // 53 bits: 21 of one output above 32 of the next.
  const high = (step(words, at) >>> 11) * 4_294_967_296;
  return (high + (step(words, at) >>> 0)) / 9_007_199_254_740_992;
}

/** Begins the stream whose first word is at `at`. The last word counts outputs and is never 0: that is what marks a stream as begun. */
export function beginRandom(words: Int32Array, at: number, seed: number, accountId: number): void {
  words[at] = seed;
  words[at + ROWS] = accountId;
  words[at + 2 * ROWS] = 0;
  words[at + 3 * ROWS] = 1;
  for (let i = 0; i < WARM_UP; i++) step(words, at);
}

function step(words: Int32Array, at: number): number {
  const a = words[at];
  const b = words[at + ROWS];
  const c = words[at + 2 * ROWS];
  const counter = words[at + 3 * ROWS];
  const output = (a + b + counter) | 0;
  words[at] = b ^ (b >>> 9);
  words[at + ROWS] = (c + (c << 3)) | 0;
  words[at + 2 * ROWS] = (((c << 21) | (c >>> 11)) + output) | 0;
  words[at + 3 * ROWS] = (counter + 1) | 0 || 1;
  return output;
}
