import assert from 'node:assert/strict';
import { threadId } from 'node:worker_threads';
import type { SessionManager } from '../../manager/session-manager.js';
import { Witness } from '../../memory/witness.js';
import type { IScheduler, SchedulerSupport } from '../../scheduler.js';
import { Act } from '../behaviors/perilous.js';
import { dozing, watched } from '../behaviors.js';
import type { Bench, Claim } from '../claim.js';
import { referenceScheduler } from '../reference.js';
import { accounts, type Stand, turn, until, withManager } from '../stand.js';
import { withThreads } from '../threads.js';

const SESSIONS = 200;
const TICKS = 60;
const TICK_MS = 10_000;

/** Sessions that sleep and wake are the same as on the reference, whoever writes their records; and none is lost to a thread that dies. */
export const sleepingClaims = ({ workers }: SchedulerSupport): readonly Claim[] => [
  sameSleep,
  everyRow,
  ...(workers ? [deathWhileStoring] : []),
];

const sameSleep: Claim = {
  name: 'sessions that sleep and wake, by packet, message, answer and timer, come to the same states as on the reference in every tick',
  async hold(bench) {
    const expected = await dozingRun(bench, referenceScheduler());
    const actual = await dozingRun(bench, bench.create());
    for (const [t, tick] of expected.ticks.entries()) assert.deepEqual(actual.ticks[t], tick, `tick ${t + 1}`);
    assert.ok(expected.woke > SESSIONS && actual.stored > 0, `woken: ${expected.woke}, stored: ${actual.stored}`);
  },
};

/** What each tick has come to; how often sessions woke, and of how many the row was stored. */
async function dozingRun(bench: Bench, scheduler: IScheduler): Promise<{ ticks: unknown[]; woke: number; stored: number }> {
  const run = { ticks: [] as unknown[], woke: 0, stored: 0 };
  let packets: string[] = [];
  const onPacket = (accountId: number, packet: { toBytes(): Uint8Array }): void => void packets.push(`${accountId} ${packet.toBytes()}`);
  const options = { behavior: dozing, scheduler, seed: 11, hibernationThresholdMinutes: 1, onPacket };
  await withManager(bench, options, async ({ manager, tick }) => {
    manager.handle('double', (value) => (value as { whim: number }).whim * 2);
    manager.createSessionBatch(accounts(SESSIONS), (accountId) => ({ mapId: accountId % 4, init: SESSIONS }));
    for (let t = 0; t < TICKS; t++) {
      disturb(manager, t);
      const { sessions, fellAsleep, woke } = await tick(TICK_MS);
      await turn();
      run.ticks.push({ digest: manager.stateDigest(), sessions, fellAsleep, woke, packets: packets.sort() });
      packets = [];
      run.woke += woke;
      for (const handle of manager.sessions()) if (handle.status === 'hibernated') run.stored++;
    }
  });
  return run;
}

/** What the host does before tick t. */
function disturb(manager: SessionManager<typeof dozing>, t: number): void {
  for (const accountId of accounts(SESSIONS)) {
    if ((accountId * 7 + t) % 61 === 0) manager.getSession(accountId)?.push(t, Uint8Array.of(t));
    if ((accountId + t) % 90 === 0) manager.hibernateSession(accountId);
    if ((accountId + t) % 97 === 0) manager.reactivateSession(accountId);
  }
  if (t % 20 === 7) manager.broadcast({ mapId: t % 4 }, t);
  if (t % 20 === 13) manager.broadcast({ mapId: t % 4, wake: false }, t);
  if (t % 25 === 17) manager.reactivateSessionsForMap(t % 4);
}

const everyRow: Claim = {
  name: 'of any number of sessions that fall asleep at once each is stored, and is the same when it wakes',
  async hold(bench) {
    await withManager(bench, { behavior: dozing, onPacket: () => {} }, async ({ manager, tick }) => {
      for (const count of [1, 31, 32, 33, 63, 64, 65, 255, 256, 257, 600]) {
        manager.createSessionBatch(accounts(count), (accountId) => ({ mapId: accountId % 4, init: count }));
        for (const handle of manager.sessions()) handle.push(handle.accountId & 0xff);
        for (let ticks = 0; ticks < 3; ticks++) await tick();
        await sleepAndWake(bench, { manager, tick }, accounts(count));
        manager.releaseSessionBatch(accounts(count));
      }
    });
  },
};

type Body = { readonly accountId: number; readonly state: object; readonly updateCount: number };

const seen = ({ accountId, state, updateCount }: Body): string => JSON.stringify([accountId, updateCount, state]);

/** Puts these to sleep, ticks until all are stored, wakes them, and compares. Who has something to hear stays awake. */
async function sleepAndWake(
  bench: Bench,
  { manager, tick }: Pick<Stand<typeof dozing>, 'manager' | 'tick'>,
  all: readonly number[],
): Promise<void> {
  const handles = all.map((accountId) => {
    const handle = manager.getSession(accountId);
    assert.ok(handle !== undefined, `account ${accountId} is there`);
    return handle;
  });
  const before = new Map<number, string>();
  for (const handle of handles) {
    const was = seen(handle);
    const wasAsleep = handle.isAsleep;
    // Its hook may have counted.
    if (!wasAsleep && handle.hibernate()) before.set(handle.accountId, was.replace(/"naps":\d+/, ''));
  }
  const sleepers = handles.filter(({ accountId }) => before.has(accountId));
  await until(bench, 'all are stored', async () => {
    await tick(1);
    return sleepers.every(({ status }) => status !== 'hibernating');
  });
  for (const handle of sleepers) {
    if (!handle.isAsleep) continue;
    assert.ok(handle.wake(), `account ${handle.accountId} wakes`);
    assert.equal(seen(handle).replace(/"naps":\d+/, ''), before.get(handle.accountId));
  }
}

const deathWhileStoring: Claim = {
  name: 'a thread that dies while rows are being stored loses none, interrupts nobody, and nothing of them is torn',
  async hold(bench) {
    const watching = accounts(256);
    const resting = accounts(600, 100_000);
    const witness = Witness.create(watching.length + resting.length, 64, threadId);
    await withThreads(async () => {
      const options = { behavior: watched, shared: { witness: witness.words }, onPacket: () => {} };
      await withManager(bench, options, async ({ manager, tick }) => {
        manager.createSessionBatch([...watching, ...resting], (_, place) => ({ init: place }));
        const handles = resting.map((accountId) => manager.getSession(accountId) as Body & { hibernate(): boolean; wake(): boolean });
        for (let deaths = 0; deaths < 4; deaths++) {
          witness.arm(Act.exitLater, 5);
          // Rows are stored in the tick in which the thread is told, and in those behind it.
          await until(bench, 'a worker runs session 5 of a batch', async () => {
            assert.deepEqual((await tick()).faults, []);
            const before = handles.map(seen);
            for (const handle of handles) assert.ok(handle.hibernate(), `account ${handle.accountId} falls asleep`);
            for (let ticks = 0; ticks < 2; ticks++) {
              const { faults, sessions } = await tick();
              assert.deepEqual([faults, sessions], [[], watching.length]);
            }
            for (const handle of handles) assert.ok(handle.wake(), `account ${handle.accountId} wakes`);
            assert.deepEqual(handles.map(seen), before);
            return witness.victim !== undefined;
          });
        }
        assert.equal(witness.clashes, 0);
      });
    });
  },
};
