import { defineBehavior, type IScheduler, type SchedulerHost, SessionManager, u32 } from '@dormouse/core';
import { expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';

const SESSIONS = 500;
const TICKS = 20;
const MESSAGES = 4;

/** Sends to accounts that its state decides, and folds what it gets into its state, in order; some leave, and have others come. */
const gossip = defineBehavior(import.meta.url, {
  name: 'gossip',
  state: { mind: u32({ initial: 1 }), heard: u32() },
  update(session) {
    const { state } = session;
    let mind = state.mind;
    for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) {
      mind = (Math.imul(mind ^ message.sender, 0x9e37_79b1) + message.u32(0) + message.opcode) >>> 0;
      state.heard += 1;
    }
    const payload = new Uint8Array(4 + (mind & 31));
    for (let i = 0; i < MESSAGES; i++) {
      mind = (Math.imul(mind, 1_664_525) + 1_013_904_223 + session.accountId) >>> 0;
      for (let byte = 0; byte < 4; byte++) payload[byte] = mind >>> (byte * 8);
      // The first goes to one that many write to.
      session.sendTo(1 + ((mind >>> 8) % (i === 0 ? 8 : SESSIONS)) * 7, mind & 0xff, payload);
    }
    if (mind % 97 === 0) session.releaseSelf();
    if (mind % 89 === 0) session.spawn(1 + ((mind >>> 7) % SESSIONS) * 7);
    state.mind = mind;
  },
});

/** Numbers 0 … count − 1 in an order of the seed's. */
function shuffled(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  let state = seed * 2 + 1;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = (state >>> 8) % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Runs each round's batches one by one, each time in another order. */
function shufflingScheduler(): IScheduler {
  const serial = serialScheduler();
  let host: SchedulerHost | undefined;
  return {
    ...serial,
    start(given) {
      host = given;
      return serial.start(given);
    },
    parallelFor(batchCount, epoch) {
      for (const batch of shuffled(batchCount, epoch)) host?.caller.runBatches(batch, batch + 1);
    },
  };
}

async function run(scheduler: IScheduler, updateBatchSize: number, creationSeed: number) {
  const sizes = { maxConcurrentSessions: SESSIONS, sessionCeiling: 1024, mailboxBytes: 1024, outboxBytes: 1024, ringBytes: 1024 };
  const manager = await SessionManager.start({ behavior: gossip, scheduler, updateBatchSize, logger: false, ...sizes });
  for (const rank of shuffled(SESSIONS, creationSeed)) manager.createSession(1 + rank * 7);
  const reports: unknown[] = [];
  for (let tick = 0; tick < TICKS; tick++) {
    const { sessions, messagesDelivered, messagesUnknown, messagesFull, requestsApplied, refused, faults } =
      await manager.updateAllSessions(50);
    const told = refused.map(({ request, accountId, requestedBy, error }) => [request, accountId, requestedBy, error.code]);
    reports.push([sessions, messagesDelivered, messagesUnknown, messagesFull, requestsApplied, told, faults]);
  }
  const states = [...manager.sessions()].map(({ accountId, state: { mind, heard }, dropped }) => [accountId, mind, heard, dropped]);
  await manager.shutdown();
  return { states: states.sort(([a], [b]) => a - b), reports };
}

it('sessions that send 4 messages a tick come to the same, whatever the batches, their order and the order of creation', async () => {
  const expected = await run(serialScheduler(), 64, 0);
  const heard = expected.states.reduce((sum, [, , count]) => sum + count, 0);
  expect(heard).toBeGreaterThan(SESSIONS * TICKS * 2);
  // Some have left, some have come, some mailboxes were full: all of that is in the comparison.
  const totals = (expected.reports as number[][]).reduce((sums, report) => sums.map((sum, i) => sum + report[i]), [0, 0, 0, 0, 0]);
  expect(Math.min(...totals)).toBeGreaterThan(0);
  for (const batchSize of [1, 7, 64, 256]) {
    expect(await run(serialScheduler(), batchSize, batchSize)).toEqual(expected);
    expect(await run(shufflingScheduler(), batchSize, batchSize + 1)).toEqual(expected);
  }
});
