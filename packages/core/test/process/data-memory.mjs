/**
 * Run as a process of its own: how much the resident set grows with `sessions` sessions that each keep values of `valueBytes` bytes in a
 * data field of 64 KiB, and how much the manager says that it holds.
 */
import { data, defineBehavior } from '@dormouse/core';
import { printGrowth } from './growth.mjs';

const sessions = Number(process.argv[2]);
const valueBytes = Number(process.argv[3]);
const codec = { encode: (value) => value, decode: (bytes) => bytes };
const value = new Uint8Array(valueBytes).fill(1);

const behavior = defineBehavior(import.meta.url, {
  state: { bag: data({ maxBytes: 65_536, codec }) },
  update(session) {
    if (valueBytes > 0) session.state.bag.set(value);
  },
});

await printGrowth(behavior, sessions);
