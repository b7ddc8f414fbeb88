import { describe, expect, it } from 'vitest';
import { MOST_RUNS, Runs } from '../../src/manager/durable/runs.js';
import { spoil } from './disk-edits.js';
import { Disk } from './disk-fixture.js';
import { type KeeperManager, startKeeper } from './durable-fixture.js';

async function tick(manager: KeeperManager, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await manager.updateAllSessions(10);
}

/** Has a manager on what is on a disk do something; it is killed then, or shut down. */
async function run(disk: Disk, work: (manager: KeeperManager) => Promise<unknown>, isKilled = false): Promise<void> {
  const { manager, store } = await startKeeper(disk, {}, { resume: true });
  await work(manager);
  if (isKilled) store.kill();
  await manager.shutdown();
}

const countsOf = (manager: KeeperManager): [number, number][] =>
  [...manager.sessions()].map(({ accountId, updateCount }): [number, number] => [accountId, updateCount]).sort((a, b) => a[0] - b[0]);

describe('updates of a session that was awake', () => {
  it.each([true, false])('are not counted through a run that refused its record (the run before was killed: %s)', async (isKilled) => {
    const disk = new Disk();
    await run(
      disk,
      async (manager) => {
        manager.createSessionBatch([1, 2]);
        await manager.checkpoint();
        await tick(manager, 3);
        await manager.checkpoint();
      },
      isKilled,
    );
    for (let again = 0; again < 2; again++) {
      spoil(disk, 1);
      await run(disk, async (manager) => {
        expect(manager.resumed).toMatchObject({ active: 1, refused: 1 });
        await tick(manager, 5);
        await manager.checkpoint();
        await tick(manager, 2);
      });
      spoil(disk, 1);
      await run(disk, async (manager) => {
        expect(countsOf(manager)).toEqual([
          [1, 3 + again],
          [2, 10 + 8 * again],
        ]);
        await tick(manager, 1);
      });
    }
  });

  it('are counted up to the last checkpoint where its record is of the tick that its run went on from without another', async () => {
    const disk = new Disk();
    await run(disk, async (manager) => {
      manager.createSessionBatch([1, 2]);
      await tick(manager, 3);
    });
    spoil(disk, 1);
    await run(
      disk,
      async (manager) => {
        manager.createSession(3);
        await manager.checkpoint();
        await tick(manager, 4);
        expect(await manager.checkpoint()).toMatchObject({ sessions: 2, written: 2 });
        await tick(manager, 4);
        expect(await manager.checkpoint()).toMatchObject({ sessions: 2, written: 0 });
      },
      true,
    );
    spoil(disk, 1);
    await run(disk, async (manager) => {
      expect(manager.tick.number).toBe(11);
      expect(countsOf(manager)).toEqual([
        [1, 3],
        [2, 11],
        [3, 8],
      ]);
    });
  });

  it('are counted through runs in which its record was not written again', async () => {
    const disk = new Disk();
    await run(disk, async (manager) => {
      manager.createSession(1);
      await tick(manager, 3);
    });
    for (let again = 1; again < 4; again++) {
      await run(disk, async (manager) => {
        expect(countsOf(manager)).toEqual([[1, 3 * again]]);
        await tick(manager, 3);
        expect(await manager.checkpoint()).toMatchObject({ sessions: 1, written: 0 });
      });
    }
  });

  it('are counted as the run before had it, where one was killed before its first checkpoint', async () => {
    const disk = new Disk();
    await run(
      disk,
      async (manager) => {
        manager.createSessionBatch([1, 2]);
        await manager.checkpoint();
        await tick(manager, 6);
        await manager.checkpoint();
      },
      true,
    );
    // Only what falls asleep is stored, and with it the time.
    await run(
      disk,
      async (manager) => {
        await tick(manager, 2);
        manager.hibernateSession(2);
        await tick(manager, 2);
      },
      true,
    );
    await run(disk, async (manager) => {
      expect(manager.resumed).toMatchObject({ active: 1, asleep: 1, tick: 9 });
      expect(manager.getSession(1)?.updateCount).toBe(6);
    });
  });
});

describe('what is noted of runs', () => {
  const earlier = (count: number) => Array.from({ length: count }, (_, i) => ({ sinceTick: 10 * i, checkpointTick: 10 * i + 5 }));

  const first = { checkpointTick: 7 };
  const second = { sinceTick: 8, checkpointTick: 9 };

  it('is what it was, once all came back, until a checkpoint has ended that says it of all', () => {
    const runs = new Runs();
    runs.goOn(9, [first, second]);
    runs.allCameBack();
    expect(runs.sinceTick).toBeUndefined();
    expect(runs.note()).toEqual({ ...second, earlier: [first] });
    runs.checkpointed(12);
    expect(runs.note()).toEqual({ checkpointTick: 12, earlier: [] });
  });

  it('is one more as long as somebody has not come back', () => {
    const runs = new Runs();
    runs.goOn(9, [first, second]);
    expect(runs.note()).toEqual({ sinceTick: 9, checkpointTick: 9, earlier: [first, second] });
    runs.checkpointed(12);
    expect(runs.note()).toEqual({ sinceTick: 9, checkpointTick: 12, earlier: [first, second] });
  });

  it('leaves out those whose checkpoints say nothing, and all but the last 64', () => {
    const runs = new Runs();
    runs.goOn(2000, [...earlier(MOST_RUNS + 1), { sinceTick: 1000, checkpointTick: 1000 }]);
    expect(runs.note().earlier).toEqual(earlier(MOST_RUNS + 1).slice(1));
    // Written in the run that is not known any more, and in the first that is.
    expect(runs.updatesOf({ updateCount: 3, countsFrom: 0 })).toBe(3);
    expect(runs.updatesOf({ updateCount: 3, countsFrom: 9 })).toBe(6);
  });

  it('holds where numbers of ticks go beyond 31 bits', () => {
    const runs = new Runs();
    const since = 2 ** 31 - 5;
    runs.goOn(since + 200, [
      { sinceTick: since - 100, checkpointTick: since - 90 },
      { sinceTick: since, checkpointTick: since + 100 },
    ]);
    expect(runs.updatesOf({ updateCount: 7, countsFrom: (since + 3) | 0 })).toBe(97);
    expect(runs.updatesOf({ updateCount: 7, countsFrom: (since - 106) | 0 })).toBe(16);
  });

  it('says nothing of who was asleep, or where no run was before', () => {
    const runs = new Runs();
    expect(runs.updatesOf({ updateCount: 3, countsFrom: 1 })).toBe(3);
    runs.goOn(20, [{ checkpointTick: 10 }]);
    expect(runs.updatesOf({ updateCount: 3, countsFrom: undefined })).toBe(3);
    expect(runs.updatesOf({ updateCount: 3, countsFrom: 1 })).toBe(9);
  });
});
