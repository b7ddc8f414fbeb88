import { ROWS } from '../layout/geometry.js';
import type { Block } from './block.js';

/**
 * Makes a row's services those of a new session: no mail, no requests, no timers, a stream of random numbers yet to begin. Words
 * that are 0 already are left alone: what nobody has used must not become memory.
 */
export function clearServices(block: Block, row: number): void {
  const words = block.cold.i32;
  const { mailbox, outbox, asked, unanswered, random, timers } = block.services;
  clear(words, mailbox.cursors + row);
  clear(words, outbox.cursors + row);
  clear(words, asked + row);
  clear(words, unanswered + row);
  for (let word = 0; word < 4; word++) clear(words, random + word * ROWS + row);
  clear(words, timers.counts + row);
  clear(words, timers.wakes + row * 2);
  clear(words, timers.wakes + row * 2 + 1);
}

function clear(words: Int32Array, at: number): void {
  if (words[at] !== 0) words[at] = 0;
}
