import { u8, u32 } from '../../src/layout/field.js';
import { Traffic } from '../../src/layout/geometry.js';
import { RoundCheck } from '../../src/manager/round-check.js';
import type { Seats } from '../../src/manager/seats.js';
import { StoringRounds } from '../../src/manager/sleep/storing-rounds.js';
import { SharedRound } from '../../src/memory/round.js';
import { Staging } from '../../src/memory/staging.js';
import { Participant } from '../../src/participant.js';
import { RecordWriter } from '../../src/record/record-writer.js';
import type { IScheduler, RoundWork } from '../../src/scheduler.js';
import { fallAsleep } from '../../src/session/rest.js';
import { makeStore } from '../session/store-fixture.js';

type Run = (batchCount: number, participant: Participant, epoch: number, work: RoundWork | undefined) => void | Promise<void>;

const serially: Run = (batchCount, participant) => participant.runBatches(0, batchCount);

/** Sleeping sessions, and what stores them with a scheduler that deals with a round as the test says. */
export function storingStand(run: Run = serially) {
  const { store, clock, create } = makeStore({ value: u32(), blob: u8({ length: 5000 }) });
  const round = new SharedRound(store.table);
  const staging = Staging.create(true);
  const participant = new Participant(store.table, round, staging, 0, { fault: () => {} });
  const rounds: [batchCount: number, epoch: number, work: RoundWork | undefined][] = [];
  const scheduler = {
    name: 'test',
    parallelFor(batchCount: number, epoch: number, work: RoundWork | undefined) {
      rounds.push([batchCount, epoch, work]);
      return run(batchCount, participant, epoch, work);
    },
  } as unknown as IScheduler;
  const others = { batchesRun: 0, retired: 0 };
  const check = new RoundCheck({ scheduler, caller: participant, seats: others as Seats, clock, round });
  const storing = new StoringRounds({ scheduler, round, check, staging, store, clock });
  const writer = new RecordWriter(store.table, true);

  /** Puts so many more to sleep, from account 1 on; their slots. */
  function sleepers(count: number): number[] {
    return Array.from({ length: count }, (_, at) => {
      const slot = create(at + 1);
      const block = store.block(slot);
      participant.addBlock(block);
      block.traffic[Traffic.packetsIn + (slot & 63)] = at * 1000;
      fallAsleep(store, clock, slot);
      return slot;
    });
  }

  /** A slot's record as it must be. */
  function expected(slot: number): Uint8Array {
    const bytes = new Uint8Array(65_536);
    return bytes.slice(0, writer.write(store.block(slot), slot & 63, bytes, 0));
  }

  /** All records that there are after `encode`, in order, with whose they are. */
  function stored(): [accountId: number, record: Uint8Array][] {
    const all: [number, Uint8Array][] = [];
    for (let batch = storing.next(); batch !== undefined; batch = storing.next()) {
      const { count, bytes, ends, accountIds } = batch;
      for (let i = 0; i < count; i++) all.push([accountIds[i], bytes.slice(i === 0 ? 0 : ends[i - 1], ends[i])]);
    }
    return all;
  }

  return { others, store, clock, round, staging, participant, rounds, storing, sleepers, expected, stored };
}
