import { parentPort, workerData } from 'node:worker_threads';
import { AccountIndex } from '../../../src/memory/account-index.js';
import { SessionTable, type TableAttachment } from '../../../src/memory/session-table.js';
import * as churn from './index-churn.js';

const { attachment, control, reader, seed } = workerData as {
  attachment: TableAttachment;
  control: SharedArrayBuffer;
  reader: number;
  seed: number;
};
const words = new Int32Array(control, 0, churn.CONTROL_WORDS);
const index = AccountIndex.attach(SessionTable.attach(attachment));
const random = churn.randomOf(seed);
const lastMoves = new Int32Array(churn.PERMANENT);
const report = {
  reads: 0,
  seenThere: 0,
  seenGone: 0,
  permanentMissed: 0,
  permanentWrong: 0,
  backwards: 0,
  comingWrong: 0,
  growingMissed: 0,
  growingWrong: 0,
  absentFound: 0,
};

function readPermanent(): void {
  const i = random() % churn.PERMANENT;
  const slot = index.read(churn.permanentAccount(i));
  if (slot === -1) report.permanentMissed++;
  else if (Math.floor(slot / churn.MOVES) !== i) report.permanentWrong++;
  else {
    const moves = slot % churn.MOVES;
    if (moves < lastMoves[i]) report.backwards++;
    lastMoves[i] = moves;
  }
}

function readComing(): void {
  const i = random() % churn.COMING;
  const slot = index.read(churn.comingAccount(i));
  if (slot === -1) report.seenGone++;
  else if (Math.floor(slot / churn.MOVES) === i) report.seenThere++;
  else report.comingWrong++;
}

function readGrowing(): void {
  // Loaded before the lookup: all accounts below this number were inserted before it was stored.
  const grown = Atomics.load(words, churn.Control.grown);
  if (grown === 0) return;
  // Half of them among the latest: these are the ones that a doubling has just moved.
  const i = random() % 2 === 0 ? grown - 1 - (random() % Math.min(grown, 64)) : random() % grown;
  const slot = index.read(churn.growingAccount(i));
  if (slot === -1) report.growingMissed++;
  else if (slot !== churn.growingSlot(i)) report.growingWrong++;
}

function readAbsent(): void {
  if (index.read(churn.absentAccount(random() % 100_000)) !== -1) report.absentFound++;
}

Atomics.add(words, churn.Control.started, 1);
Atomics.notify(words, churn.Control.started);
do {
  for (let round = 0; round < 50; round++) {
    readPermanent();
    readComing();
    readGrowing();
    readAbsent();
  }
  report.reads += 200;
  Atomics.store(words, churn.Control.reads + reader, report.reads);
} while (Atomics.load(words, churn.Control.done) === 0);
parentPort?.postMessage(report satisfies churn.ReaderReport);
