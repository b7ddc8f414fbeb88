import type { BehaviorDefinition } from '../../../src/behavior.js';
import { layOutBlock } from '../../../src/layout/block-layout.js';
import { Column, ROWS, SlotState } from '../../../src/layout/geometry.js';
import { type Fields, layOut } from '../../../src/layout/state-layout.js';
import { Seats } from '../../../src/manager/seats.js';
import { allocateBlockBuffer, Block } from '../../../src/memory/block.js';
import { ParticipantWord } from '../../../src/memory/participant-words.js';
import { SharedRound } from '../../../src/memory/round.js';
import { SessionTable } from '../../../src/memory/session-table.js';
import { Staging } from '../../../src/memory/staging.js';
import { World } from '../../../src/memory/world.js';
import { messagePack } from '../../../src/message-pack.js';
import { Participant } from '../../../src/participant.js';
import { Runner } from '../../../src/runtime/runner.js';
import { defineStateClass } from '../../../src/runtime/state-view.js';
import { makeServices } from '../../runtime/services-fixture.js';

const SIZES = { ringBytes: 1024, mailboxBytes: 1024, outboxBytes: 1024 };
const TICK = { number: 1, nowMs: 100, diffMs: 100 };

/** How often each session's update began and ended. */
interface Updates {
  readonly begun: Int32Array;
  readonly ended: Int32Array;
}

export interface Fleet {
  /** Sessions that are active, by their number: 64 · block + row. */
  readonly active: readonly number[];
  readonly updates: Updates;
  readonly seats: Seats;
  readonly batchCount: number;
  /** Opens a round in which nothing is done yet. */
  open(): void;
  isDone(batch: number): boolean;
  /**
   * Has a new participant run what is not done; its thread dies at the given moment, before that store of it or inside that update: what it
   * would have written from there on is taken back. Returns whether it came so far; it is retired if it did.
   */
  runUntil(moment: number): boolean;
}

/** A store of a participant that is left out, to see that it matters: `row` says which is run, `reset` that none is. */
export type LeftOut = 'row' | 'reset' | 'segment' | 'batch' | 'position';

function isLeftOut(leftOut: LeftOut | undefined, word: number, value: number): boolean {
  if (word === ParticipantWord.row) return leftOut === (value === -1 ? 'reset' : 'row') && value >= -1;
  return (leftOut === 'segment' && word === ParticipantWord.segment) || (leftOut === 'batch' && word === ParticipantWord.batch);
}

/** Blocks of sessions in one table, run by the real `Participant` and `Runner`; what a death has left is read by the real `Seats`. */
export function makeFleet(blocks: number, rows: readonly number[], batchRows: number, wholeSegments: boolean, leftOut?: LeftOut): Fleet {
  const table = SessionTable.reserve(256);
  const layout = layOut({});
  const places = layOutBlock(layout, SIZES);
  const all = Array.from({ length: blocks }, (_, at) => new Block(table, at, 0, places, allocateBlockBuffer(places)));
  const active: number[] = [];
  for (const block of all) {
    table.batchList[block.blockIndex] = block.blockIndex;
    for (const row of rows) {
      const session = block.blockIndex * ROWS + row;
      table.setSlotState(session, SlotState.active);
      block.page[Column.account + row] = session + 1;
      active.push(session);
    }
  }

  let momentsLeft = Number.POSITIVE_INFINITY;
  let left: (() => void) | undefined;
  const moment = (): void => {
    if (momentsLeft-- === 0) left = snapshot();
  };
  class WatchedRound extends SharedRound {
    override advance(batch: number, at: number): void {
      moment();
      if (leftOut !== 'position') super.advance(batch, at);
    }
    override finish(batch: number, epoch: number): void {
      moment();
      super.finish(batch, epoch);
    }
  }
  const round = new WatchedRound(table);
  const updates: Updates = { begun: new Int32Array(blocks * ROWS), ended: new Int32Array(blocks * ROWS) };
  const { participants, round: terms, batchDone, batchFrom } = table.regions;
  const progress = [participants, terms, batchDone, batchFrom].map((region) => table.words.subarray(region / 4, region / 4 + 32));

  /** Everything as it is now; the function that is returned puts it back. */
  function snapshot(): () => void {
    const pairs = [...progress, updates.begun, updates.ended].map((words) => [words, words.slice()] as const);
    return () => {
      for (const [words, before] of pairs) words.set(before);
    };
  }

  function update(sessions: readonly number[]): void {
    moment();
    for (const session of sessions) updates.begun[session]++;
    moment();
    for (const session of sessions) updates.ended[session]++;
    moment();
  }
  const definition: Partial<BehaviorDefinition<Fields, unknown>> = wholeSegments
    ? {
        updateBatch: (batch) => {
          const first = batch.session(batch.begin).accountId - 1;
          update(Array.from({ length: batch.end - batch.begin }, (_, at) => first + at));
        },
      }
    : { update: (session) => update([session.accountId - 1]) };

  const State = defineStateClass(layout);
  const world = new World(table, all);
  const staging = Staging.create(true);
  const told = { world, shared: new Map(), sizes: SIZES, behaviors: [], workerSetup: [], codec: messagePack, seed: 0 };
  const seats = new Seats({ table, round, staging, ...told });
  const watchedTable: SessionTable = Object.create(table, {
    participantWords: {
      value: (participant: number) =>
        new Proxy(table.participantWords(participant), {
          get: (words, at) => Reflect.get(words, at, words),
          set: (words, at, value) => {
            moment();
            return isLeftOut(leftOut, Number(at), value) || Reflect.set(words, at, value, words);
          },
        }),
    },
  });
  const batchCount = Math.ceil((blocks * ROWS) / batchRows);
  let epoch = 0;

  function runUntil(at: number): boolean {
    const seat = seats.open();
    momentsLeft = Number.POSITIVE_INFINITY;
    const participant = new Participant(watchedTable, round, staging, seat.participant, { fault: () => {} });
    participant.addBehavior(
      (words, faults) => new Runner(layout, State, { state: {}, ...definition }, makeServices(table, TICK, { world }), words, faults),
    );
    for (const block of all) participant.addBlock(block);
    left = undefined;
    momentsLeft = at;
    for (let batch = 0; batch < batchCount; batch++) if (!round.isDone(batch, epoch)) participant.runBatches(batch, batch + 1);
    momentsLeft = Number.POSITIVE_INFINITY;
    const hasDied = left !== undefined;
    (left as (() => void) | undefined)?.();
    seat.retire('its thread ended');
    seat.close();
    return hasDied;
  }

  return {
    active,
    updates,
    seats,
    batchCount,
    open: () => {
      updates.begun.fill(0);
      updates.ended.fill(0);
      seats.interruptions.length = 0;
      round.open(++epoch, TICK, blocks, batchRows, batchCount, false);
    },
    isDone: (batch) => round.isDone(batch, epoch),
    runUntil,
  };
}
