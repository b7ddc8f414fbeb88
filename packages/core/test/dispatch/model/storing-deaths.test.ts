import { expect, it } from 'vitest';
import { Seats } from '../../../src/manager/seats.js';
import { SharedRound } from '../../../src/memory/round.js';
import type { SessionTable } from '../../../src/memory/session-table.js';
import { World } from '../../../src/memory/world.js';
import { messagePack } from '../../../src/message-pack.js';
import { Participant } from '../../../src/participant.js';
import { storingStand } from '../../manager/storing-fixture.js';

const SIZES = { ringBytes: 1024, mailboxBytes: 1024, outboxBytes: 1024 };
const ROWS = 70;
/** What a thread leaves of a record that it was writing. */
const TORN = 0xee;

/** A thread has died inside its participant: nothing it would have done from there on is done. */
class Died extends Error {}

/**
 * Sleepers whose rows are stored by participants that die: each at the given store to its own words, to a record's end, or to the round. `seats`
 * are told of each, as by a scheduler; the last participant does not die.
 */
function standWithDeaths(moments: readonly number[]) {
  const stand = storingStand((batchCount) => {
    for (const moment of [...moments, Number.POSITIVE_INFINITY]) runUntil(moment, batchCount);
  });
  const { store, staging, round } = stand;
  const { table } = store;
  const told = {
    world: new World(table, []),
    shared: new Map(),
    sizes: SIZES,
    behaviors: [],
    workerSetup: [],
    codec: messagePack,
    seed: 0,
  };
  const seats = new Seats({ table, round, staging, ...told });
  let left = Number.POSITIVE_INFINITY;
  const deaths: boolean[] = [];

  const dieIfDue = (): void => {
    if (left-- === 0) throw new Died();
  };
  const watched = <T extends object>(words: T): T =>
    new Proxy(words, {
      get: (target, key) => Reflect.get(target, key, target),
      set(target, key, value) {
        dieIfDue();
        return Reflect.set(target, key, value, target);
      },
    });
  class WatchedRound extends SharedRound {
    override finish(batch: number, epoch: number): void {
      dieIfDue();
      super.finish(batch, epoch);
    }
  }
  const watchedTable: SessionTable = Object.create(table, {
    participantWords: { value: (participant: number) => watched(table.participantWords(participant)) },
  });
  const ends = watched(staging.ends);
  const watchedStaging = new Proxy(staging, { get: (target, key) => (key === 'ends' ? ends : Reflect.get(target, key, target)) });

  function runUntil(moment: number, batchCount: number): void {
    const seat = seats.open();
    const participant = new Participant(watchedTable, new WatchedRound(table), watchedStaging, seat.participant, { fault: () => {} });
    for (const block of store.pool.blocks) if (block !== undefined) participant.addBlock(block);
    left = moment;
    const { epoch } = round;
    let hasDied = false;
    try {
      for (let batch = 0; batch < batchCount; batch++) if (!round.isDone(batch, epoch)) participant.runBatches(batch, batch + 1);
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      hasDied = true;
      // Behind what is done may stand anything.
      for (const [batch, part] of staging.parts.entries()) if (!round.isDone(batch, epoch)) part.fill(TORN);
    }
    left = Number.POSITIVE_INFINITY;
    deaths.push(hasDied);
    seat.retire('its thread ended');
    seat.close();
    stand.others.retired++;
  }
  return { stand, seats, deaths };
}

it('a thread may die at any store while it writes records: all are there and whole, and nobody is interrupted', async () => {
  let moments = 0;
  for (let haveDied = true; haveDied; moments++) {
    const { stand, seats, deaths } = standWithDeaths([moments, moments >> 1]);
    const { storing, sleepers, stored, expected } = stand;
    const slots = sleepers(ROWS);
    await storing.encode(slots, ROWS);
    expect({ moments, stored: stored() }).toEqual({ moments, stored: slots.map((slot, at) => [at + 1, expected(slot)]) });
    expect([storing.takeFailure(), seats.interruptions]).toEqual([undefined, []]);
    haveDied = deaths[0];
    seats.close();
  }
  // Five for each batch, one for each record.
  expect(moments).toBeGreaterThan(ROWS);
});
