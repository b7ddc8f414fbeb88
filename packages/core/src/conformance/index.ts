import assert from 'node:assert/strict';
import { DormouseError } from '../errors.js';
import { SessionManager } from '../manager/session-manager.js';
import { type IScheduler, SCHEDULER_CONTRACT_VERSION } from '../scheduler.js';
import { absent, counting, countingBatch, failing, gossiping, wandering } from './behaviors.js';
import { referenceScheduler } from './reference.js';

export { referenceScheduler } from './reference.js';

/** What the suite is given: the test runner's own functions, and how to make a scheduler. */
export interface ConformanceSetup {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  /** Makes a scheduler that has not been started. Called many times. */
  readonly create: () => IScheduler;
  /** A scheduler that does not answer for this long has failed. Default 30 000 ms. */
  readonly deadlineMs?: number;
}

const SIZES = [1, 63, 64, 65, 1000] as const;
const BATCH_SIZES = [1, 7, 64, 100, 256] as const;
const FIRST_ACCOUNT = 10_000;

/**
 * The contract of a scheduler as tests: whatever passes may be handed to `SessionManager.start`. Needs no test framework of its own:
 *
 * ```js
 * import { describe, it } from 'node:test';
 * import { describeScheduler } from '@dormouse/core/conformance';
 * describeScheduler({ describe, it, create: () => myScheduler() });
 * ```
 */
export function describeScheduler({ describe, it, create, deadlineMs = 30_000 }: ConformanceSetup): void {
  const within = <T>(promise: Promise<T>): Promise<T> => bounded(promise, deadlineMs);

  describe(`${create().name} keeps the scheduler contract`, () => {
    it('declares the contract version, a name and what it supports', async () => {
      const scheduler = create();
      assert.equal(scheduler.contractVersion, SCHEDULER_CONTRACT_VERSION);
      assert.match(scheduler.name, /\S/);
      for (const member of ['workers', 'resize', 'callerParticipates'] as const) {
        assert.equal(typeof scheduler.supports[member], 'boolean', `supports.${member}`);
      }
      assert.ok(scheduler.supports.workers || scheduler.supports.callerParticipates, 'somebody must run the batches');
    });

    for (const behavior of [counting, countingBatch]) {
      for (const updateBatchSize of BATCH_SIZES) {
        it(`updates every session exactly once a tick: ${behavior.name}, batches of ${updateBatchSize}`, async () => {
          for (const sessions of SIZES) {
            await withManager({ behavior, scheduler: create(), updateBatchSize }, within, async (manager) => {
              const handles = manager.createSessionBatch(accounts(sessions));
              for (let tick = 1; tick <= 3; tick++) {
                const report = await within(manager.updateAllSessions(100));
                assert.equal(report.sessions, sessions);
                for (const handle of handles) {
                  assert.equal(handle.state.updates, tick, `updates of account ${handle.accountId} among ${sessions}`);
                  assert.equal(handle.state.lastTick, tick);
                }
              }
            });
          }
        });
      }
    }

    it('runs 10 000 batches in one round, each exactly once', async () => {
      const options = { behavior: counting, scheduler: create(), updateBatchSize: 1, maxConcurrentSessions: 10_000 };
      await withManager(options, within, async (manager) => {
        const handles = manager.createSessionBatch(accounts(10_000));
        const report = await within(manager.updateAllSessions(100));
        assert.ok(report.batches >= 10_000, `batches: ${report.batches}`);
        for (const handle of handles) assert.equal(handle.state.updates, 1, `updates of account ${handle.accountId}`);
      });
    });

    it('gives the same states and packets, to the bit, as the reference', async () => {
      const mine = await digest(create(), within);
      assert.deepEqual(mine, await digest(referenceScheduler(), within));
    });

    it('gives the same digests, tick by tick, as the reference when sessions send each other messages', async () => {
      const mine = await gossipDigests(create(), within);
      assert.deepEqual(mine, await gossipDigests(referenceScheduler(), within));
      assert.equal(new Set(mine).size, mine.length);
    });

    it('a tick without sessions resolves', async () => {
      await withManager({ behavior: counting, scheduler: create() }, within, async (manager) => {
        const report = await within(manager.updateAllSessions(100));
        assert.equal(report.sessions, 0);
        assert.equal(report.batches, 0);
      });
    });

    it('a session that throws is reported alone, and the others are updated', async () => {
      await withManager({ behavior: failing, scheduler: create(), quarantineAfter: 2 }, within, async (manager) => {
        const bad = FIRST_ACCOUNT + 70;
        const handles = manager.createSessionBatch(accounts(200), (accountId) => ({ init: accountId === bad }));
        const first = await within(manager.updateAllSessions(100));
        assert.deepEqual(
          first.faults.map(({ accountId, faults, quarantined }) => ({ accountId, faults, quarantined })),
          [{ accountId: bad, faults: 1, quarantined: false }],
        );
        assert.match(String((first.faults[0].error as Error).stack), /fails on purpose/);
        const second = await within(manager.updateAllSessions(100));
        assert.equal(second.faults[0].quarantined, true);
        const third = await within(manager.updateAllSessions(100));
        assert.equal(third.faults.length, 0);
        assert.equal(third.sessions, 199);
        for (const handle of handles) assert.equal(handle.state.updates, handle.accountId === bad ? 2 : 3);
      });
    });

    it('resizes if it says that it can, and refuses if it says that it cannot', async () => {
      const scheduler = create();
      await withManager({ behavior: counting, scheduler }, within, async (manager) => {
        const [handle] = manager.createSessionBatch(accounts(100));
        const resizing = within(manager.setWorkerThreadCount(2));
        if (scheduler.supports.resize) await resizing;
        else await assert.rejects(resizing, (error) => DormouseError.isInstance(error, 'ERR_SCHEDULER_UNSUPPORTED'));
        await within(manager.updateAllSessions(100));
        assert.equal(handle.state.updates, 1);
      });
    });

    it('does not start if its workers cannot import a behaviour, and says why; without workers it starts', async () => {
      const scheduler = create();
      const starting = within(SessionManager.start({ behavior: absent, scheduler, logger: false }));
      if (!scheduler.supports.workers) return (await starting).shutdown();
      await assert.rejects(starting, (error: Error) => {
        assert.ok(DormouseError.isInstance(error, 'ERR_START_FAILED'), `start failed with ${error}`);
        assert.match(error.message, /behaviour "conformance-absent" cannot be imported/);
        return true;
      });
    });

    it('counts the batches of each participant', async () => {
      const scheduler = create();
      await withManager({ behavior: counting, scheduler }, within, async (manager) => {
        manager.createSessionBatch(accounts(640));
        const { batches } = await within(manager.updateAllSessions(100));
        const counted = scheduler.stats().participants.reduce((sum, participant) => sum + participant.batches, 0);
        assert.equal(counted, batches);
      });
    });

    it('stops more than once, and after a stop that was never preceded by a start', async () => {
      const scheduler = create();
      await within(Promise.resolve(scheduler.stop()));
      await within(Promise.resolve(scheduler.stop()));
    });

    it('100 starts and stops leave no thread, timer or listener behind', async () => {
      const listeners = (): number => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
      const startAndStop = (): Promise<void> =>
        withManager({ behavior: counting, scheduler: create() }, within, async (manager) => {
          manager.createSession(FIRST_ACCOUNT);
          await within(manager.updateAllSessions(100));
        });
      await startAndStop();
      const resources = process.getActiveResourcesInfo().length;
      const listenersBefore = listeners();
      for (let round = 0; round < 100; round++) await startAndStop();
      assert.ok(process.getActiveResourcesInfo().length <= resources, `resources: ${process.getActiveResourcesInfo()}`);
      assert.equal(listeners(), listenersBefore);
    });
  });
}

type Managed = Parameters<typeof SessionManager.start>[0];
type Within = <T>(promise: Promise<T>) => Promise<T>;

async function withManager<const O extends Managed>(
  options: O,
  within: Within,
  body: (manager: SessionManager<NonNullable<O['behavior']>>) => Promise<void>,
): Promise<void> {
  const errors: string[] = [];
  const logger = { debug: nothing, info: nothing, warn: nothing, error: (message: string) => errors.push(message) };
  const manager = await within(SessionManager.start({ logger, ...options } as Managed));
  try {
    await body(manager as unknown as SessionManager<NonNullable<O['behavior']>>);
  } finally {
    await within(manager.shutdown());
  }
  // A manager lives with a scheduler that fails to stop; the contract does not.
  const unstopped = errors.filter((message) => message.includes('did not stop'));
  assert.deepEqual(unstopped, []);
}

function nothing(): void {}

/** All states and all packets of a run in which sessions come, go, hear and speak. */
async function digest(scheduler: IScheduler, within: Within): Promise<{ states: string; packets: string }> {
  const states: unknown[] = [];
  const packets: unknown[] = [];
  const onPacket = (accountId: number, packet: { opcode: number; u32(offset: number): number }): void => {
    packets.push([accountId, packet.opcode, packet.u32(0), packet.u32(4)]);
  };
  await withManager({ behavior: wandering, scheduler, onPacket }, within, async (manager) => {
    manager.createSessionBatch(accounts(500));
    const payload = new Uint8Array(4);
    for (let tick = 0; tick < 20; tick++) {
      payload[0] = tick;
      for (const handle of manager.sessions()) if (handle.accountId % 3 === tick % 3) handle.push(tick, payload);
      if (tick % 5 === 4) manager.releaseSessionBatch(accounts(500).filter((accountId) => accountId % 20 === tick));
      await within(manager.updateAllSessions(50 + tick));
    }
    for (const handle of manager.sessions()) states.push([handle.accountId, handle.updateCount, JSON.stringify(handle.state)]);
  });
  return { states: JSON.stringify(states), packets: JSON.stringify(packets) };
}

/** Digests after each tick of a run in which every session sends four messages a tick. */
async function gossipDigests(scheduler: IScheduler, within: Within): Promise<string[]> {
  const digests: string[] = [];
  await withManager({ behavior: gossiping, scheduler, seed: 7 }, within, async (manager) => {
    manager.createSessionBatch(accounts(500), { init: FIRST_ACCOUNT + 499 });
    for (let tick = 0; tick < 20; tick++) {
      const report = await within(manager.updateAllSessions(100));
      assert.deepEqual(report.faults, []);
      digests.push(manager.stateDigest());
    }
  });
  return digests;
}

function accounts(count: number): number[] {
  return Array.from({ length: count }, (_, i) => FIRST_ACCOUNT + i);
}

async function bounded<T>(promise: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: `no answer within ${deadlineMs} ms` })), deadlineMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
