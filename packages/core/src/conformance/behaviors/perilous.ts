import { threadId } from 'node:worker_threads';
import { defineBehavior } from '../../behavior.js';
import { f32, u32 } from '../../layout/field.js';
import { Witness } from '../../memory/witness.js';
import { HERE } from './here.js';

/**
 * What a session may be told to do, see {@link Witness.arm}. The first four it does inside its update, whose end it does not come to; the next three
 * happen to its thread when it is back in its event loop.
 */
export const Act = { exit: 1, hold: 2, memory: 3, spin: 4, exitLater: 5, throwLater: 6, holdLater: 7, nothing: 8 } as const;

const state = { place: u32(), updates: u32(), noise: u32(), x: f32() };

/** Shows in a {@link Witness} who runs it where, counts, calculates, sends a packet, and does the harm that it is told to. */
export const watched = defineBehavior(HERE, {
  name: 'conformance-watched',
  state,
  create(session, place: number | undefined) {
    session.state.place = place ?? 0;
  },
  update(session, diffMs) {
    const own = session.state;
    const { place } = own;
    const witness = witnessOf(session.shared('witness'));
    witness.enter(place, threadId);
    own.updates += 1;
    session.send(1);
    commit(witness.actOf(place, threadId), witness);
    own.noise = noiseAfter(own.noise, session.accountId);
    own.x = Math.fround(own.x + (diffMs * session.random()) / 1000);
    witness.leave(place);
  },
});

/** The same over columns, for a whole segment at once. */
export const watchedBatch = defineBehavior(HERE, {
  name: 'conformance-watched-batch',
  state,
  create(session, place: number | undefined) {
    session.state.place = place ?? 0;
  },
  updateBatch(batch, diffMs) {
    const { u32: words, f32: floats, at } = batch;
    const witness = witnessOf(batch.session(batch.begin).shared('witness'));
    for (let row = batch.begin; row < batch.end; row++) {
      const place = words[at.place + row];
      const session = batch.session(row);
      witness.enter(place, threadId);
      words[at.updates + row] += 1;
      session.send(1);
      commit(witness.actOf(place, threadId), witness);
      words[at.noise + row] = noiseAfter(words[at.noise + row], session.accountId);
      floats[at.x + row] += (diffMs * session.random()) / 1000;
      witness.leave(place);
    }
  },
});

/** One for each thing shared, in this thread. */
const witnesses = new WeakMap<Int32Array, Witness>();

function witnessOf(words: Int32Array): Witness {
  let witness = witnesses.get(words);
  if (witness === undefined) {
    witness = Witness.over(words);
    witnesses.set(words, witness);
  }
  return witness;
}

function noiseAfter(noise: number, accountId: number): number {
  let word = (noise ^ Math.imul(accountId, 0x9e37_79b1)) | 1;
  word ^= word << 13;
  word ^= word >>> 17;
  return (word ^ (word << 5)) >>> 0;
}

function commit(act: number, witness: Witness): void {
  if (act === 0) return;
  if (act === Act.exit) process.exit(7);
  const { letGos } = witness;
  if (act === Act.hold) witness.hold(letGos);
  if (act === Act.memory) fillMemory();
  // Something to do: a bundler takes an empty loop for nothing at all.
  while (act === Act.spin) performance.now();
  if (act === Act.exitLater) setImmediate(() => process.exit(7));
  if (act === Act.throwLater) setImmediate(throwOnPurpose);
  if (act === Act.holdLater) setImmediate(() => witness.hold(letGos));
}

function fillMemory(): never {
  const kept: number[][] = [];
  for (;;) kept.push(new Array(100_000).fill(kept.length));
}

function throwOnPurpose(): never {
  throw new Error('thrown between two ticks, on purpose');
}
