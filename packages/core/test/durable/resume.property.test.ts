import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startWith } from '../manager/test-manager.js';
import { busy, plain } from '../recording/busy.js';
import { type Deed, deed, RandomHost } from '../recording/random-host.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { Disk, DiskStore } from './disk-fixture.js';
import { turn } from './durable-fixture.js';

/** A tick: what the host does before it, and how long it is. */
interface Round {
  readonly deeds: readonly Deed[];
  readonly diffMs: number;
}

// A manager that is at putting sessions to sleep, since a limit was lowered, is not at it after a restart: that is not what a session is.
const anyDeed = deed.filter(([name]) => name !== 'limit');

const round: fc.Arbitrary<Round> = fc.record({
  deeds: fc.array(anyDeed, { maxLength: 8 }),
  diffMs: fc.constantFrom(0, 33, 100, 333.3, 70_000),
});

const SETTINGS = { scheduler: serialScheduler(), sessionCeiling: 4096, checkpointEveryMs: 0, maintenanceSliceMs: 1000 };

async function startFirst(disk: Disk, turns: number) {
  const store = new DiskStore(disk);
  store.turns = turns;
  const manager = await startWith({ ...SETTINGS, scheduler: serialScheduler(), behaviors: [busy, plain], store, seed: 11 });
  return { manager, store, host: new RandomHost(manager) };
}

type Manager = Awaited<ReturnType<typeof startFirst>>['manager'];

/** The next process: it has its behaviours in another order. */
async function startNext(disk: Disk, { config }: Manager) {
  const { hibernationThresholdMinutes, maxConcurrentSessions } = config;
  const manager = await startWith({
    ...SETTINGS,
    scheduler: serialScheduler(),
    behaviors: [plain, busy],
    store: new DiskStore(disk),
    resume: true,
    hibernationThresholdMinutes,
    maxConcurrentSessions,
  });
  return { manager, host: new RandomHost(manager as unknown as Manager) };
}

async function live(host: RandomHost, rounds: readonly Round[]): Promise<string[]> {
  const digests: string[] = [];
  for (const { deeds, diffMs } of rounds) {
    for (const one of deeds) host.do(one);
    // What handlers return is there before the tick begins.
    await turn();
    await host.manager.updateAllSessions(diffMs);
    digests.push(host.manager.stateDigest());
  }
  return digests;
}

/** A copy, as a process that dies leaves it. */
function copyOf({ records, notes }: Disk): Disk {
  const disk = new Disk();
  disk.records = new Map([...records].map(([location, entry]) => [location, { ...entry, record: entry.record.slice() }]));
  disk.notes = new Map(notes);
  return disk;
}

/** Who there is, and what of them is the same in every process. */
function roll(manager: Pick<Manager, 'sessions'>): unknown[] {
  return [...manager.sessions()]
    .map((handle) => [handle.accountId, handle.incarnation, handle.behavior.name, handle.isAsleep, handle.mapId, handle.groupId])
    .sort((a, b) => (a[0] as number) - (b[0] as number));
}

async function isAtRest(host: RandomHost): Promise<boolean> {
  for (let tries = 0; tries < 4; tries++) {
    for (const answer of host.asked.splice(0)) answer(5);
    await live(host, [{ deeds: [], diffMs: 10 }]);
    const { waiting, running, settled } = host.manager.getAskMetrics();
    if (waiting + running + settled === 0) return true;
  }
  return false;
}

describe('after a restart', () => {
  it('sessions are what they were when the checkpoint was acknowledged, and go on as if nothing had been', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { minLength: 1, maxLength: 15 }),
        fc.array(round, { minLength: 1, maxLength: 6 }),
        fc.array(anyDeed, { maxLength: 6 }),
        fc.integer({ min: 0, max: 2 }),
        async (before, after, unread, turns) => {
          const disk = new Disk();
          const { manager, host } = await startFirst(disk, turns);
          // Two checkpoints: what has not changed since the first is not written again.
          await live(host, before.slice(0, before.length / 2));
          await manager.checkpoint();
          await live(host, before.slice(before.length / 2));
          const isSettled = await isAtRest(host);
          for (const one of unread) host.do(one);
          const report = await manager.checkpoint();
          const digest = manager.stateDigest();
          const next = await startNext(copyOf(disk), manager);
          expect(next.manager.resumed).toMatchObject({ refused: 0, tick: report.tick, nowMs: report.nowMs });
          expect(roll(next.manager)).toEqual(roll(manager));
          expect(next.manager.stateDigest()).toBe(digest);
          if (isSettled) {
            compared++;
            expect(await live(next.host, after)).toEqual(await live(host, after));
            expect(roll(next.manager)).toEqual(roll(manager));
          }
          await next.manager.shutdown();
          await manager.shutdown();
        },
      ),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(30);
  });

  it('sessions are what they were when the manager was shut down', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { minLength: 1, maxLength: 15 }),
        fc.array(anyDeed),
        fc.integer({ min: 0, max: 2 }),
        async (rounds, unread, turns) => {
          const disk = new Disk();
          const { manager, host } = await startFirst(disk, turns);
          await live(host, rounds);
          for (const one of unread) host.do(one);
          const before = { digest: manager.stateDigest(), roll: roll(manager), tick: manager.tick.number };
          await manager.shutdown();
          const next = await startNext(disk, manager);
          const { refused, tick } = next.manager.resumed ?? {};
          expect([refused, tick]).toEqual([0, before.tick]);
          expect(roll(next.manager)).toEqual(before.roll);
          expect(next.manager.stateDigest()).toBe(before.digest);
          await next.manager.shutdown();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('everybody is there who was when the last checkpoint was acknowledged, unless released since, whenever the process is killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { minLength: 1, maxLength: 10 }),
        fc.array(round, { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 0, max: 2 }),
        async (before, after, turns) => {
          const disk = new Disk();
          const { manager, host, store } = await startFirst(disk, turns);
          await live(host, before);
          await manager.checkpoint();
          const acknowledged = new Map([...manager.sessions()].map(({ accountId, incarnation }) => [accountId, incarnation]));
          await live(host, after);
          const last = new Map([...manager.sessions()].map(({ accountId, incarnation }) => [accountId, incarnation]));
          const left = copyOf(disk);
          store.kill();
          await manager.shutdown();
          const next = await startNext(left, manager);
          expect(next.manager.resumed?.refused).toBe(0);
          for (const [accountId, incarnation] of acknowledged) {
            if (last.get(accountId) === incarnation) expect(next.manager.getSession(accountId)?.incarnation).toBe(incarnation);
          }
          await live(next.host, after);
          await next.manager.shutdown();
        },
      ),
      { numRuns: 40 },
    );
  });
});
