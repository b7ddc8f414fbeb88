/**
 * Run as a process of its own: how much the resident set grows with `sessions` sessions whose rings (or, with `messages` after it,
 * mailboxes, outboxes and timers) are in full use, and how much the manager says that it holds.
 */
import { defineBehavior, f32, u32 } from '@dormouse/core';
import { printGrowth } from './growth.mjs';

const sessions = Number(process.argv[2]);
const isTalking = process.argv[3] === 'messages';
const PAYLOAD = new Uint8Array(4000);
/** Four of these fill most of a ring of 16 KiB. */
const PACKETS = 4;

const behavior = defineBehavior(import.meta.url, {
  state: { heard: u32(), path: f32({ length: 64 }) },
  update(session) {
    while (session.receive() !== null) session.state.heard += 1;
    for (let i = 0; i < PACKETS; i++) session.send(1, PAYLOAD);
  },
});

/** Each to its neighbour; of the 12 KiB two thirds fill a mailbox's far part. */
const talking = defineBehavior(import.meta.url, {
  name: 'talking',
  state: { heard: u32() },
  update(session) {
    while (session.receiveMessage() !== null) session.state.heard += 1;
    for (let i = 0; i < 3; i++) session.sendTo((session.accountId % sessions) + 1, 1, PAYLOAD);
    for (let id = 0; id < 9; id++) session.after(1000, id);
    session.random();
  },
});

await printGrowth(isTalking ? talking : behavior, sessions, (handles) => {
  if (isTalking) return;
  for (const handle of handles) for (let i = 0; i < PACKETS; i++) handle.push(1, PAYLOAD);
});
