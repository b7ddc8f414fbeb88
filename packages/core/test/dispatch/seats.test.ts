import { once } from 'node:events';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { attachParticipant } from '@dormouse/core/worker';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ROWS } from '../../src/layout/geometry.js';
import { Seats } from '../../src/manager/seats.js';
import { ParticipantWord, segmentRunning } from '../../src/memory/participant-words.js';
import { SharedRound } from '../../src/memory/round.js';
import { SessionTable } from '../../src/memory/session-table.js';
import { Staging } from '../../src/memory/staging.js';
import { World } from '../../src/memory/world.js';
import { messagePack } from '../../src/message-pack.js';
import { failure, thrownBy } from '../manager/test-manager.js';

const EPOCH = 7;
const TICK = { number: 1, nowMs: 100, diffMs: 100 };
const sizes = { ringBytes: 1024, mailboxBytes: 1024, outboxBytes: 1024 };

let table: SessionTable;
let round: SharedRound;
let seats: Seats;

function seatsWith(more: object = {}): Seats {
  const given = {
    table,
    round,
    staging: Staging.create(true),
    world: new World(table, []),
    shared: new Map(),
    sizes,
    behaviors: [],
    workerSetup: [],
    codec: messagePack,
    seed: 5,
  };
  const made = new Seats({ ...given, ...more } as ConstructorParameters<typeof Seats>[0]);
  onTestFinished(() => made.close());
  return made;
}

beforeEach(() => {
  table = SessionTable.reserve(64 * ROWS);
  round = new SharedRound(table);
  seats = seatsWith();
});

const portCount = (): number => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;

/** All that was posted to a seat's thread. */
function posted(seat: { port: Parameters<typeof receiveMessageOnPort>[0] }): { kind: string }[] {
  const messages: { kind: string }[] = [];
  for (let item = receiveMessageOnPort(seat.port); item !== undefined; item = receiveMessageOnPort(seat.port)) messages.push(item.message);
  return messages;
}

describe('opening a seat', () => {
  it('gives the lowest number that is free, and clears its words', () => {
    table.participantWords(1).fill(99);
    expect([seats.open().participant, seats.open().participant]).toEqual([1, 2]);
    expect([...table.participantWords(1)].every((word) => word === 0)).toBe(true);
  });

  it('tells the thread all there is: table, behaviours, seed, sizes, shared views, and up to which message that is', () => {
    const control = seats.post({ kind: 'collect' });
    const [attachment, ...more] = posted(seats.open());
    expect(more).toEqual([]);
    expect(attachment).toMatchObject({
      kind: 'attach',
      participant: 1,
      behaviors: [],
      sizes,
      seed: 5,
      shared: [],
      blocks: [],
      codecUrl: undefined,
      control,
    });
  });

  it('is refused when there are 255, naming the range', () => {
    for (let participant = 1; participant <= 255; participant++) expect(seats.open().participant).toBe(participant);
    expect(thrownBy(() => seats.open())).toEqual(failure('ERR_SCHEDULER_CONTRACT', 'participants must be 1…255: asked for one more'));
  });

  it('for a codec that no thread can import is refused, and takes no number', () => {
    const codec = { encode: () => new Uint8Array(0), decode: () => undefined };
    const nowhere = seatsWith({ codec });
    const ports = portCount();
    expect(thrownBy(() => nowhere.open())).toEqual(failure('ERR_CONFIG_INVALID', /^codec must have a url, .*: got undefined$/));
    expect(nowhere.batchesRun).toBe(0);
    expect(portCount()).toBe(ports);
  });
});

describe('control messages', () => {
  it('reach every seat in order, and are acknowledged when every thread has taken them', () => {
    const [first, second] = [seats.open(), seats.open()];
    posted(first);
    posted(second);
    seats.blockDropped(3);
    const control = seats.post({ kind: 'collect' });
    for (const seat of [first, second]) expect(posted(seat)).toEqual([{ kind: 'drop', blockIndex: 3 }, { kind: 'collect' }]);
    expect(seats.haveAcknowledged(control)).toBe(false);
    table.participantWords(1)[ParticipantWord.acknowledged] = control;
    expect(seats.haveAcknowledged(control)).toBe(false);
    table.participantWords(2)[ParticipantWord.acknowledged] = control;
    expect(seats.haveAcknowledged(control)).toBe(true);
  });

  it('need not be acknowledged by who is no more', () => {
    const seat = seats.open();
    const control = seats.post({ kind: 'collect' });
    seat.retire('gone');
    expect(seats.haveAcknowledged(control)).toBe(true);
  });
});

describe('what a thread leaves behind that is gone', () => {
  /** Batches of `batchRows` rows over blocks 4, 5, 6; the thread had come to the state that its words tell. */
  function retire(batchRows: number, words: Partial<Record<keyof typeof ParticipantWord, number>>, prepare = () => {}) {
    table.batchList.set([4, 5, 6]);
    round.open(EPOCH, TICK, 3, batchRows, Math.ceil((3 * ROWS) / batchRows), false);
    const seat = seats.open();
    const of = table.participantWords(seat.participant);
    of[ParticipantWord.epoch] = EPOCH;
    for (const [name, value] of Object.entries(words)) of[ParticipantWord[name as keyof typeof ParticipantWord]] = value;
    prepare();
    seat.retire('it is gone', 'the cause');
    return seats.interruptions.map(({ blockIndex, begin, end }) => [blockIndex, begin, end]);
  }

  it.each([
    ['nothing of a batch', { batch: 0, row: -1 }, [], 0],
    ['a batch claimed, no row begun', { batch: 2, segment: 64, row: -1 }, [], 64],
    ['a row in an update', { batch: 2, segment: 64, row: 10 }, [[5, 10, 11]], 75],
    ['the last row of its block', { batch: 2, segment: 64, row: 63 }, [[5, 63, 64]], 128],
    ['the rows before one that is not active', { batch: 2, segment: 64, row: ~20 }, [], 84],
    ['all rows of the batch, which is not yet known to be done', { batch: 2, segment: 64, row: ~64 }, [], 128],
    ['a call of updateBatch', { batch: 2, segment: 64, row: segmentRunning(3, 40) }, [[5, 3, 40]], 104],
    ['a call of updateBatch for one row, the first', { batch: 2, segment: 64, row: segmentRunning(0, 1) }, [[5, 0, 1]], 65],
    ['a call of updateBatch for the whole block', { batch: 2, segment: 64, row: segmentRunning(0, 64) }, [[5, 0, 64]], 128],
  ])('%s: interrupted is what was under way, and the batch is taken up behind it', (_, words, interrupted, from) => {
    expect(retire(64, words)).toEqual(interrupted);
    expect(round.fromOf(1)).toBe(from);
  });

  it('a part of a block: rows are counted from the block’s first, the batch goes on within it', () => {
    expect(retire(20, { batch: 5, segment: 80, row: 17 })).toEqual([[5, 17, 18]]);
    expect(round.fromOf(4)).toBe(82);
  });

  it('a batch over several blocks: those that are done stay done, also just between two of them', () => {
    expect(retire(192, { batch: 1, segment: 64, row: 5 }, () => round.advance(0, 64))).toEqual([[5, 5, 6]]);
    expect(round.fromOf(0)).toBe(70);
    seats = seatsWith();
    // It had said how far it was, and not yet where it would go on.
    expect(retire(192, { batch: 1, segment: 0, row: ~64 }, () => round.advance(0, 64))).toEqual([]);
    expect(round.fromOf(0)).toBe(64);
    seats = seatsWith();
    expect(retire(192, { batch: 1, segment: 0, row: -1 }, () => round.advance(0, 64))).toEqual([]);
    expect(round.fromOf(0)).toBe(64);
  });

  it('a batch that is done, or of an earlier round, or a thread that dies between rounds: nothing', () => {
    expect(retire(64, { batch: 2, segment: 64, row: 10 }, () => round.finish(1, EPOCH))).toEqual([]);
    expect(retire(64, { batch: 2, segment: 64, row: 10, epoch: EPOCH - 1 })).toEqual([]);
    expect(retire(64, { batch: 2, segment: 64, row: 10 }, () => round.close())).toEqual([]);
  });

  it('a batch of rows that were being stored: nothing, and the batch is done again from its beginning', () => {
    expect(retire(64, { batch: 2, segment: 64, row: 10 }, () => round.openStoring(EPOCH, 1, 3))).toEqual([]);
    expect([round.fromOf(1), table.outboundFlags[5]]).toEqual([0, 0]);
  });

  it('what its sessions have sent is looked for, though it did not come to say so', () => {
    retire(64, { batch: 2, segment: 64, row: ~20 });
    expect([table.outboundFlags[5], table.outboxFlags[5]]).toEqual([1, 1]);
  });

  it('its batches stay counted, its number is free, and who retires it again does nothing', () => {
    const seat = seats.open();
    table.participantWords(1)[ParticipantWord.batches] = 12;
    seat.retire('gone');
    seat.retire('gone');
    expect([seats.batchesRun, seats.retired, seats.open().participant, seats.batchesRun]).toEqual([12, 1, 1, 12]);
  });
});

describe('attachParticipant', () => {
  it('of a port that tells nothing rejects, tells the host, and closes the port', async () => {
    const { port1, port2 } = new MessageChannel();
    const closed = once(port1, 'close');
    const heard = once(port1, 'message');
    await expect(attachParticipant(port2)).rejects.toThrow();
    expect((await heard)[0]).toMatchObject({ kind: 'failed' });
    await closed;
  });

  it('rejects when a behaviour cannot be imported; the seat hears which', async () => {
    const behaviors = [{ url: new URL('./not-there.mjs', import.meta.url).href, name: 'not-there' }];
    const seat = seatsWith({ behaviors }).open();
    await expect(attachParticipant(seat.port)).rejects.toThrow(/not-there/);
    await expect(seat.ready).rejects.toEqual(failure('ERR_BEHAVIOR_IMPORT', /not-there/));
    await seat.gone;
    expect([seat.isReady, seat.isGone]).toEqual([false, true]);
  });
});
