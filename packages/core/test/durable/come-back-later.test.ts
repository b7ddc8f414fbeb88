import { type AnyBehavior, defineBehavior, type Session, type SessionManagerOptions, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { RecordKind } from '../../src/record/record-head.js';
import { accounts, startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { Disk, DiskStore } from './disk-fixture.js';
import { type Doing, headsOn, startKeeper } from './durable-fixture.js';

const fields = { x: u32() };

/** A behaviour of this name, whose sessions 1 and 2 stay awake, 3 fails, and 4 is to be awake at a time of its own. */
const following = (name: string): AnyBehavior =>
  defineBehavior(import.meta.url, {
    name,
    state: fields,
    create: (session: Session<typeof fields>) => {
      if (session.accountId === 4) session.wakeAt(5000);
    },
    update: ({ accountId }) => {
      if (accountId === 3) throw new Error('no');
    },
  });

async function startOn(disk: Disk, names: string[], resume = true) {
  return startWith({
    behaviors: names.map(following) as [AnyBehavior, ...AnyBehavior[]],
    scheduler: serialScheduler(),
    sessionCeiling: 64,
    store: new DiskStore(disk),
    checkpointEveryMs: 0,
    quarantineAfter: 1,
    resume,
  } satisfies SessionManagerOptions<AnyBehavior>);
}

describe('who is refused for want of its behaviour, and is moved meanwhile', () => {
  it('is what it was, and where it was moved to, once its behaviour is there again', async () => {
    const disk = new Disk();
    const first = await startOn(disk, ['other'], false);
    first.createSessionBatch([1, 2, 3, 4]);
    await first.updateAllSessions(1);
    first.hibernateSession(4);
    await first.shutdown();
    const kinds = [RecordKind.active, RecordKind.active, RecordKind.quarantined, RecordKind.asleep];
    expect(headsOn(disk).map(({ kind }) => kind)).toEqual(kinds);

    const second = await startOn(disk, ['keeper']);
    expect(second.resumed).toMatchObject({ refused: 4 });
    for (const handle of second.sessions()) handle.mapId = 8;
    await second.updateAllSessions(10_000);
    await second.shutdown();
    expect(headsOn(disk)).toMatchObject([1, 2, 3, 4].map((accountId, at) => ({ accountId, mapId: 8, kind: kinds[at] })));
    expect(headsOn(disk)[3].dueMs).toBe(5000);

    const third = await startOn(disk, ['keeper', 'other']);
    expect(third.resumed).toMatchObject({ active: 2, quarantined: 1, asleep: 1, refused: 0 });
    await third.updateAllSessions(1);
    expect(accounts(4).map((id) => third.getSession(id)?.status)).toEqual(['active', 'active', 'quarantined', 'active']);
    expect(accounts(4).map((id) => third.getSession(id)?.mapId)).toEqual([8, 8, 8, 8]);
  });
});

describe('who was in quarantine and finds no slot', () => {
  const doing: Doing = {
    update: ({ accountId }) => {
      if (accountId > 90) throw new Error('no');
    },
  };
  const few = { quarantineAfter: 1, resume: true, sessionCeiling: 64, poolSize: 64, maxConcurrentSessions: 64 };

  async function diskOfMany(): Promise<Disk> {
    const disk = new Disk();
    const { manager } = await startKeeper(disk, doing, { quarantineAfter: 1 });
    manager.createSessionBatch(accounts(100));
    await manager.updateAllSessions(1);
    await manager.shutdown();
    return disk;
  }

  it('sleeps, and is in quarantine again as soon as there is one', async () => {
    const { manager } = await startKeeper(await diskOfMany(), doing, few);
    expect(manager.resumed).toMatchObject({ active: 64, quarantined: 0, asleep: 36, refused: 0 });
    expect(manager.createSession(100, { adopt: true }).status).toBe('hibernated');
    manager.releaseSessionBatch(accounts(64));
    await manager.updateAllSessions(1);
    const states = accounts(36, 65).map((id) => manager.getSession(id)?.status);
    expect(states).toEqual(accounts(36, 65).map((id) => (id > 90 ? 'quarantined' : 'active')));
    expect([manager.getSession(100)?.updateCount, manager.getSession(65)?.updateCount]).toEqual([1, 2]);
    expect(manager.reviveSession(100)).toBe(true);
    expect(manager.getSession(100)?.state.value).toBe(10_000);
  });

  it('is in quarantine still where nothing was free until the next start, wherever it was moved', async () => {
    const disk = await diskOfMany();
    const { manager } = await startKeeper(disk, doing, few);
    (manager.getSession(100) as { mapId: number }).mapId = 9;
    await manager.shutdown();
    const { manager: next } = await startKeeper(disk, doing, { quarantineAfter: 1, resume: true });
    expect(next.resumed).toMatchObject({ active: 90, quarantined: 10, asleep: 0, refused: 0 });
    expect([next.getSession(100)?.status, next.getSession(100)?.mapId]).toEqual(['quarantined', 9]);
  });

  it('is exported as in quarantine', async () => {
    const { manager } = await startKeeper(await diskOfMany(), doing, few);
    const { manager: other } = await startKeeper(new Disk(), doing);
    expect(manager.getSession(100)?.status).toBe('hibernated');
    expect(other.importSession(manager.exportSession(100)).status).toBe('quarantined');
  });
});
