import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountIndex } from '../../src/memory/account-index.js';
import { SessionTable } from '../../src/memory/session-table.js';
import { bundleWorker, type WorkerBundle } from './threads/bundle.js';
import * as churn from './threads/index-churn.js';

const READERS = 2;
/** The writer goes on until it has done so much and every reader too; it gives up at the last figure. */
const LEAST_CHANGES = 400_000;
const LEAST_READS = 100_000;
const MOST_CHANGES = 8_000_000;

let bundle: WorkerBundle;
beforeAll(async () => {
  bundle = await bundleWorker('index-reader');
}, 30_000);
afterAll(() => bundle.remove());

/** Waits until all readers read; blocking, as the writer will be. */
function untilStarted(control: Int32Array): void {
  for (let started = 0; started < READERS; started = Atomics.load(control, churn.Control.started)) {
    if (Atomics.wait(control, churn.Control.started, started, 20_000) === 'timed-out') throw new Error('the readers did not start');
  }
}

/** Changes the index at random, with seed, and returns how many changes it made. */
function write(index: AccountIndex, control: Int32Array, seed: number): number {
  const random = churn.randomOf(seed);
  const moves = new Int32Array(churn.PERMANENT);
  const times = new Int32Array(churn.COMING);
  const there = new Uint8Array(churn.COMING);
  let grown = 0;
  let changes = 0;
  const enough = (): boolean => {
    for (let reader = 0; reader < READERS; reader++) {
      if (Atomics.load(control, churn.Control.reads + reader) < LEAST_READS) return false;
    }
    return changes >= LEAST_CHANGES;
  };
  while (changes < MOST_CHANGES && !(changes % 1000 === 0 && enough())) {
    const i = random() % churn.COMING;
    if (there[i] === 0) index.insert(churn.comingAccount(i), churn.comingSlot(i, ++times[i]));
    else index.delete(churn.comingAccount(i));
    there[i] ^= 1;
    const k = random() % churn.PERMANENT;
    index.move(churn.permanentAccount(k), churn.permanentSlot(k, ++moves[k]));
    // Spread over the run, so that submaps double from the first change to the last.
    if (changes % 10 === 0 && grown < churn.GROWING) {
      index.insert(churn.growingAccount(grown), churn.growingSlot(grown));
      Atomics.store(control, churn.Control.grown, ++grown);
    }
    changes++;
  }
  return changes;
}

describe('AccountIndex with one writer and two readers on threads of their own', () => {
  it.each([1, 2])(
    'never loses, mixes up or tears an answer while accounts come, go, move and submaps double (seed %i)',
    async (seed) => {
      const table = SessionTable.reserve(churn.CEILING);
      const index = AccountIndex.create(table);
      for (let i = 0; i < churn.PERMANENT; i++) index.insert(churn.permanentAccount(i), churn.permanentSlot(i, 0));
      const control = new SharedArrayBuffer(churn.CONTROL_WORDS * 4);
      const words = new Int32Array(control, 0, churn.CONTROL_WORDS);
      const threads = Array.from({ length: READERS }, (_, reader) =>
        bundle.start<churn.ReaderReport>({ attachment: table.attachment, control, reader, seed: seed * 100 + reader }),
      );
      let changes: number;
      try {
        untilStarted(words);
        changes = write(index, words, seed);
      } finally {
        Atomics.store(words, churn.Control.done, 1);
      }
      const reports = await Promise.all(threads.map(({ finished }) => finished));
      expect(changes).toBeLessThan(MOST_CHANGES);
      for (const { reads, seenThere, seenGone, ...mistakes } of reports) {
        expect(mistakes).toEqual({
          permanentMissed: 0,
          permanentWrong: 0,
          backwards: 0,
          comingWrong: 0,
          growingMissed: 0,
          growingWrong: 0,
          absentFound: 0,
        });
        expect(reads).toBeGreaterThanOrEqual(LEAST_READS);
        expect(Math.min(seenThere, seenGone)).toBeGreaterThan(0);
      }
    },
    60_000,
  );
});
