import assert from 'node:assert/strict';
import { threadId } from 'node:worker_threads';
import { Witness } from '../../memory/witness.js';
import type { SchedulerSupport } from '../../scheduler.js';
import { Act } from '../behaviors/perilous.js';
import { counting, countingBatch, watched } from '../behaviors.js';
import type { Claim } from '../claim.js';
import { accounts, until, withManager } from '../stand.js';

const SIZES = [1, 63, 64, 65, 1000] as const;
const BATCH_SIZES = [1, 7, 64, 100, 256] as const;
const TICKS = 3;

/** Every batch exactly once, on threads that may. */
export const batchClaims = (supports: SchedulerSupport): readonly Claim[] => [
  onceATick(counting),
  onceATick(countingBatch),
  {
    name: 'runs 1 to 10 000 batches in a round, each exactly once',
    async hold(bench) {
      const options = { behavior: counting, updateBatchSize: 1, maxConcurrentSessions: 10_000 };
      await withManager(bench, options, async ({ manager, tick }) => {
        let expected = 0;
        for (const count of [1, 2, 3, 64, 1000, 4095, 4097, 10_000]) {
          const present = manager.getActiveSessionCount();
          manager.createSessionBatch(accounts(count - present, 1 + present));
          const { batches } = await tick();
          assert.ok(batches >= count, `batches of ${count} sessions, one each: ${batches}`);
          expected++;
          for (const handle of manager.sessions()) {
            assert.equal(handle.updateCount, handle.state.updates, `updates of account ${handle.accountId}`);
          }
          assert.equal(manager.getSession(1)?.state.updates, expected, 'updates of account 1');
          assert.equal(manager.getSession(count)?.state.lastTick, expected, `last tick of account ${count}`);
        }
        const counted = [...manager.sessions()].filter(({ state }) => state.lastTick === expected);
        assert.equal(counted.length, 10_000);
      });
    },
  },
  {
    name: 'ticks without sessions resolve, before there are any, and after',
    async hold(bench) {
      await withManager(bench, { behavior: counting }, async ({ manager, tick }) => {
        const empty = async (): Promise<void> => {
          const { sessions, batches } = await tick();
          assert.deepEqual({ sessions, batches }, { sessions: 0, batches: 0 });
        };
        for (let ticks = 0; ticks < 10; ticks++) await empty();
        const [handle] = manager.createSessionBatch(accounts(200));
        await tick();
        assert.equal(handle.state.updates, 1);
        manager.releaseSessionBatch(accounts(200));
        for (let ticks = 0; ticks < 10; ticks++) await empty();
        const [other] = manager.createSessionBatch(accounts(200));
        await tick();
        assert.equal(other.state.updates, 1);
      });
    },
  },
  {
    name: 'loses no wake-up in a thousand ticks one behind the other',
    async hold(bench) {
      await withManager(bench, { behavior: counting, updateBatchSize: 8 }, async ({ manager, tick }) => {
        const few = manager.createSessionBatch(accounts(1));
        for (let ticks = 0; ticks < 500; ticks++) await tick(1);
        assert.equal(few[0].state.updates, 500);
        const many = manager.createSessionBatch(accounts(63, 1));
        for (let ticks = 0; ticks < 500; ticks++) await tick(1);
        for (const { state, accountId } of many) assert.equal(state.updates, 500, `updates of account ${accountId}`);
      });
    },
  },
  {
    name: 'never has a session in two threads at once, nor twice in a tick',
    async hold(bench) {
      const count = 512;
      const witness = Witness.create(count, 1, threadId);
      const options = { behavior: watched, shared: { witness: witness.words } };
      await withManager(bench, options, async ({ manager, tick }) => {
        manager.createSessionBatch(accounts(count), (_, place) => ({ init: place }));
        let ticks = 0;
        for (const size of [1, 3, 64]) {
          manager.setUpdateBatchSize(size);
          for (let again = 0; again < 50; again++) {
            await tick();
            ticks++;
          }
          for (let place = 0; place < count; place++) assert.equal(witness.updatesOf(place), ticks, `updates of session ${place}`);
        }
        assert.equal(witness.clashes, 0, 'updates that began while the same session was being updated');
      });
    },
  },
  whoRuns(supports),
];

function onceATick(behavior: typeof counting | typeof countingBatch): Claim {
  return {
    name: `updates every session exactly once a tick: ${behavior.name}`,
    async hold(bench) {
      await withManager(bench, { behavior }, async ({ manager, tick }) => {
        for (const size of BATCH_SIZES) {
          manager.setUpdateBatchSize(size);
          for (const count of SIZES) {
            const handles = manager.createSessionBatch(accounts(count));
            for (let ticks = 1; ticks <= TICKS; ticks++) {
              const { sessions, tick: number } = await tick();
              assert.equal(sessions, count);
              for (const { accountId, state } of handles) {
                assert.equal(state.updates, ticks, `updates of account ${accountId} among ${count} in batches of ${size}`);
                assert.equal(state.lastTick, number, `last tick of account ${accountId}`);
              }
            }
            manager.releaseSessionBatch(accounts(count));
          }
        }
      });
    },
  };
}

/** Sessions run where the scheduler says that they do. */
function whoRuns({ workers, callerParticipates }: SchedulerSupport): Claim {
  const count = 64 * 16;
  const where =
    workers && callerParticipates ? 'on workers, and on the calling thread too' : workers ? 'on workers alone' : 'on the calling thread';
  return {
    name: `runs sessions ${where}`,
    async hold(bench) {
      const witness = Witness.create(count, 64, threadId);
      await withManager(bench, { behavior: watched, shared: { witness: witness.words } }, async ({ manager, tick }) => {
        manager.createSessionBatch(accounts(count), (_, place) => ({ init: place }));
        const threads = new Set<number>();
        const look = async (): Promise<void> => {
          await tick();
          for (let place = 0; place < count; place++) threads.add(witness.threadOf(place));
        };
        for (let ticks = 0; ticks < 20; ticks++) await look();
        if (workers) {
          // The caller, if it takes part, lingers until a worker has come.
          witness.arm(Act.nothing, 0);
          await until(bench, 'a session has been run by a worker', async () => {
            await look();
            return [...threads].some((thread) => thread !== threadId);
          });
        }
        assert.equal(threads.has(threadId), callerParticipates, 'whether sessions have run on the calling thread');
        if (!workers) assert.deepEqual([...threads], [threadId]);
      });
    },
  };
}
