import assert from 'node:assert/strict';
import { threadId } from 'node:worker_threads';
import { DormouseError } from '../../errors.js';
import { Witness } from '../../memory/witness.js';
import type { SchedulerSupport } from '../../scheduler.js';
import { watched } from '../behaviors.js';
import type { Claim } from '../claim.js';
import { accounts, within, withManager } from '../stand.js';

const SESSIONS = 640;

/** Changes of the number of workers, and a stop, while a tick is in flight. */
export const resizingClaims = ({ resize }: SchedulerSupport): readonly Claim[] => [
  resize ? resizes : refuses,
  {
    name: 'a shutdown waits for the tick in flight, which loses nothing',
    async hold(bench) {
      for (let ticks = 1; ticks <= 5; ticks++) {
        const witness = Witness.create(SESSIONS, 64, threadId);
        await withManager(bench, { behavior: watched, shared: { witness: witness.words } }, async ({ manager, tick }) => {
          manager.createSessionBatch(accounts(SESSIONS), (_, place) => ({ init: place }));
          for (let done = 1; done < ticks; done++) await tick();
          const last = tick();
          const stopping = within(bench, 'the shutdown', manager.shutdown());
          assert.deepEqual([(await last).sessions, (await last).faults], [SESSIONS, []]);
          await stopping;
          for (let place = 0; place < SESSIONS; place++) assert.equal(witness.updatesOf(place), ticks, `updates of session ${place}`);
        });
      }
    },
  },
];

const resizes: Claim = {
  name: 'takes on and lets go of workers while it ticks, and loses no update',
  async hold(bench) {
    const witness = Witness.create(SESSIONS, 16, threadId);
    const options = { behavior: watched, shared: { witness: witness.words }, updateBatchSize: 16 };
    await withManager(bench, options, async ({ manager, scheduler, tick }) => {
      manager.createSessionBatch(accounts(SESSIONS), (_, place) => ({ init: place }));
      const { workers, callerParticipates } = scheduler.supports;
      let ticks = 0;
      for (const count of [1, 3, 2, 5, 1, 4]) {
        const first = tick();
        const resizing = within(bench, `the change to ${count} workers`, manager.setWorkerThreadCount(count));
        await first;
        ticks++;
        for (let during = 0; during < 3; during++, ticks++) await tick();
        await resizing;
        for (let after = 0; after < 3; after++, ticks++) await tick();
        if (workers) {
          const participants = count + (callerParticipates ? 1 : 0);
          assert.equal(scheduler.stats().participants.length, participants, `participants with ${count} workers`);
        }
        assert.equal(manager.config.workerThreads, count);
        for (let place = 0; place < SESSIONS; place++) assert.equal(witness.updatesOf(place), ticks, `updates of session ${place}`);
      }
      assert.equal(witness.clashes, 0, 'updates that began while the same session was being updated');
    });
  },
};

const refuses: Claim = {
  name: 'a number of workers is refused, and nothing changes',
  async hold(bench) {
    const witness = Witness.create(SESSIONS, 64, threadId);
    await withManager(bench, { behavior: watched, shared: { witness: witness.words } }, async ({ manager, tick }) => {
      manager.createSessionBatch(accounts(SESSIONS), (_, place) => ({ init: place }));
      await assert.rejects(within(bench, 'the change to 2 workers', manager.setWorkerThreadCount(2)), (error) =>
        DormouseError.isInstance(error, 'ERR_SCHEDULER_UNSUPPORTED'),
      );
      await within(bench, 'the change to 0 workers', manager.setWorkerThreadCount(0));
      await tick();
      for (let place = 0; place < SESSIONS; place++) assert.equal(witness.updatesOf(place), 1, `updates of session ${place}`);
    });
  },
};
