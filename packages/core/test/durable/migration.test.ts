import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type AnyBehavior, data, defineBehavior, f64, PushOutcome, type SessionManager, text, u8, u32 } from '@dormouse/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failure, startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { spoil } from './disk-edits.js';
import { Disk, DiskStore } from './disk-fixture.js';

const MINUTE = 60_000;
type State = Readonly<Record<string, unknown>>;

const first = defineBehavior(import.meta.url, {
  name: 'orc',
  version: 1,
  state: { gold: u8(), luck: f64(), name: text(12, { initial: 'nobody' }), bag: data({ maxBytes: 200 }), bells: u8() },
  update(session) {
    const { state } = session;
    if (session.updateCount === 1) {
      state.gold = session.accountId;
      state.bag.set({ from: session.accountId });
      session.after(20 * MINUTE, session.accountId);
      if (session.accountId % 2 === 0) state.luck = session.random();
    }
    if (session.takeDue() !== null) state.bells += 1;
  },
});

/** The behaviour as it came to be: coins in place of gold, no name, a counter of packets. */
function second(migrate: (from: number, state: State) => State = migrated): AnyBehavior {
  return defineBehavior(import.meta.url, {
    name: 'orc',
    version: 2,
    state: { bells: u8(), coins: u32(), luck: f64(), read: u32({ initial: 1000 }), bag: data({ maxBytes: 100 }) },
    update(session) {
      for (let packet = session.receive(); packet !== null; packet = session.receive()) session.state.read += packet.opcode;
      if (session.takeDue() !== null) session.state.bells += 1;
    },
    migrate,
  });
}

const migrated = (from: number, { gold, luck, bag, bells }: State): State => ({ coins: Number(gold) * 100 + from, luck, bag, bells });

async function start(
  disk: Disk,
  behavior: AnyBehavior,
  settings: object = {},
): Promise<{ manager: SessionManager<AnyBehavior>; store: DiskStore }> {
  const store = new DiskStore(disk);
  const manager = await startWith<AnyBehavior>({
    behavior,
    scheduler: serialScheduler(),
    store,
    resume: true,
    seed: 3,
    checkpointEveryMs: 0,
    maintenanceSliceMs: 1000,
    enableAutoHibernation: false,
    ...settings,
  });
  return { manager, store };
}

/** A disk with sessions of the first version: 1, 2 and 3 asleep, 4 and 5 awake with a packet unread. And what they were, as blobs. */
async function oldDisk(): Promise<{ disk: Disk; blobs: Uint8Array[] }> {
  const disk = new Disk();
  const { manager } = await start(disk, first);
  const handles = manager.createSessionBatch([1, 2, 3, 4, 5], (accountId) => ({ mapId: accountId }));
  await manager.updateAllSessions(MINUTE);
  for (const handle of handles.slice(0, 3)) handle.hibernate();
  for (const handle of handles.slice(3)) handle.push(7);
  await manager.updateAllSessions(0);
  for (const handle of handles.slice(3)) handle.push(9);
  const blobs = [1, 2, 3, 4, 5].map((accountId) => manager.exportSession(accountId));
  await manager.shutdown();
  expect(disk.byAccount().size).toBe(5);
  return { disk, blobs };
}

const shapesOn = (disk: Disk): (number | undefined)[] => [1, 2, 3, 4, 5].map((accountId) => disk.byAccount().get(accountId)?.record[1]);
const stateOf = (manager: SessionManager<AnyBehavior>, accountId: number): unknown =>
  JSON.parse(JSON.stringify(manager.getSession(accountId)?.state));

/** What was refused, by account. */
function refusals(): Map<number, string> {
  const refused = new Map<number, string>();
  const note = (message: unknown): void => {
    const { accountId, error } = message as { accountId: number; error: { code: string } };
    refused.set(accountId, error.code);
  };
  subscribe('dormouse:request:refused', note);
  onTestFinished(() => void unsubscribe('dormouse:request:refused', note));
  return refused;
}

describe('sessions of an older version', () => {
  it('come back with what migrate makes of them, and with all else that they had', async () => {
    const { disk } = await oldDisk();
    const { manager } = await start(disk, second());
    expect(manager.resumed).toMatchObject({ asleep: 3, active: 2, refused: 0 });
    expect(stateOf(manager, 4)).toMatchObject({ coins: 401, read: 1000, bag: { from: 4 }, bells: 0 });
    expect(manager.getSession(2)?.push(100)).toBe(PushOutcome.delivered);
    await manager.updateAllSessions(1);
    // Both packets of 4 were unread: the first version reads none.
    expect(stateOf(manager, 4)).toMatchObject({ read: 1016 });
    expect(stateOf(manager, 2)).toMatchObject({ coins: 201, read: 1100, bag: { from: 2 } });
    expect([manager.getSession(2)?.updateCount, manager.getSession(4)?.updateCount, manager.getSession(4)?.mapId]).toEqual([2, 3, 4]);
    // Their timers wake those who sleep.
    await manager.updateAllSessions(20 * MINUTE);
    expect([1, 2, 3, 4, 5].map((accountId) => (stateOf(manager, accountId) as { bells: number }).bells)).toEqual([1, 1, 1, 1, 1]);
  });

  it('are what they would be had they been imported, by every part of their digests, asleep or awake', async () => {
    const { disk, blobs } = await oldDisk();
    const { manager } = await start(disk, second());
    const other = await startWith<AnyBehavior>({
      behavior: second(),
      scheduler: serialScheduler(),
      seed: 3,
      startTimeMs: manager.tick.nowMs,
      enableAutoHibernation: false,
    });
    for (const blob of blobs) other.importSession(blob);
    expect(manager.stateDigest()).toBe(other.stateDigest());
    for (let i = 0; i < 3; i++) {
      await manager.updateAllSessions(7 * MINUTE);
      await other.updateAllSessions(7 * MINUTE);
      expect(manager.stateDigest()).toBe(other.stateDigest());
    }
  });

  it('have records of the new version once they are stored anew, in the place of the old ones', async () => {
    const { disk } = await oldDisk();
    const [old] = shapesOn(disk);
    expect(shapesOn(disk)).toEqual([old, old, old, old, old]);
    const again = await start(disk, second());
    again.manager.getSession(1)?.wake();
    again.manager.getSession(1)?.hibernate();
    again.manager.getSession(2)?.wake();
    await again.manager.updateAllSessions(1);
    await again.manager.checkpoint();
    const now = shapesOn(disk)[0];
    expect(now).not.toBe(old);
    // 3 was not woken.
    expect(shapesOn(disk)).toEqual([now, now, old, now, now]);
    await again.manager.shutdown();
    const third = await start(
      disk,
      second((from, state) => {
        if (state.gold !== 3) throw new Error('it was asked again');
        return migrated(from, state);
      }),
    );
    for (const accountId of [1, 2, 3]) third.manager.getSession(accountId)?.wake();
    expect([1, 2, 3, 4].map((accountId) => (stateOf(third.manager, accountId) as { coins: number }).coins)).toEqual([101, 201, 301, 401]);
  });

  it('are exported as they were stored, unwoken', async () => {
    const { disk, blobs } = await oldDisk();
    const { manager } = await start(disk, second());
    const headerOf = (blob: Uint8Array) => JSON.parse(Buffer.from(blob.subarray(16, 16 + Buffer.from(blob).readUInt32LE(8))).toString());
    expect(headerOf(manager.exportSession(1)).shape).toEqual(headerOf(blobs[0]).shape);
    expect(headerOf(manager.exportSession(4)).shape).toMatchObject({ name: 'orc', version: 2 });
    expect(manager.getSession(1)?.status).toBe('hibernated');
    expect(manager.importSession(manager.exportSession(1), { accountId: 11 }).isAsleep).toBe(true);
    manager.getSession(11)?.wake();
    expect(stateOf(manager, 11)).toMatchObject({ coins: 101 });
  });
});

describe('a record that migrate refuses', () => {
  const failsFor =
    (...golds: number[]) =>
    (from: number, state: State): State => {
      if (golds.includes(Number(state.gold))) throw new Error('no such orc');
      return migrated(from, state);
    };

  it('is kept, and its session sleeps for ever: nothing wakes it, others are not concerned', async () => {
    const { disk } = await oldDisk();
    const refused = refusals();
    const { manager } = await start(disk, second(failsFor(2)));
    const handle = manager.getSession(2);
    expect([handle?.wake(), handle?.push(1), handle?.status]).toEqual([false, PushOutcome.stale, 'hibernated']);
    expect([...refused]).toEqual([[2, 'ERR_RECORD_MIGRATION']]);
    expect(() => manager.createSession(2)).toThrow(failure('ERR_SESSION_EXISTS'));
    await manager.updateAllSessions(30 * MINUTE);
    expect([1, 2, 3].map((accountId) => manager.getSession(accountId)?.isAsleep)).toEqual([false, true, false]);
    await manager.shutdown();
    expect(disk.byAccount().has(2)).toBe(true);
    const again = await start(disk, second());
    expect(again.manager.getSession(2)?.wake()).toBe(true);
    expect(stateOf(again.manager, 2)).toMatchObject({ coins: 201 });
  });

  it('of one who was awake stands in the report, and is kept', async () => {
    const { disk } = await oldDisk();
    const { manager } = await start(disk, second(failsFor(2, 4)));
    expect(manager.resumed).toMatchObject({ asleep: 3, active: 1, refused: 1 });
    expect(manager.resumed?.refusals).toEqual([
      {
        accountId: 4,
        code: 'ERR_RECORD_MIGRATION',
        message: expect.stringContaining('from version 1 to 2, failed for account 4: it has thrown: no such orc'),
      },
    ]);
    expect(manager.getSession(4)?.status).toBe('hibernated');
    await manager.shutdown();
    const again = await start(disk, second());
    expect(again.manager.resumed).toMatchObject({ active: 2, refused: 0 });
    expect(stateOf(again.manager, 4)).toMatchObject({ coins: 401 });
  });

  it('is deleted by releasing its session', async () => {
    const { disk } = await oldDisk();
    const { manager } = await start(disk, second(failsFor(2, 4)));
    manager.getSession(2)?.wake();
    expect([manager.releaseSession(2), manager.releaseSession(4), manager.getSession(2)]).toEqual([true, true, undefined]);
    expect(manager.createSession(2).state).toBeDefined();
    await manager.shutdown();
    expect([...disk.byAccount().keys()].sort()).toEqual([1, 2, 3, 5]);
  });

  it('that is corrupt is never shown to migrate', async () => {
    const { disk } = await oldDisk();
    spoil(disk, 2);
    const refused = refusals();
    const { manager } = await start(disk, second());
    expect(manager.getSession(2)?.wake()).toBe(false);
    expect([...refused]).toEqual([[2, 'ERR_RECORD_CORRUPT']]);
  });

  it('is tried again where the store could not give it back', async () => {
    const { disk } = await oldDisk();
    const { manager, store } = await start(disk, second());
    store.readError = new Error('not now');
    expect(manager.getSession(2)?.wake()).toBe(false);
    store.readError = undefined;
    expect([manager.getSession(2)?.wake(), stateOf(manager, 2)]).toEqual([true, expect.objectContaining({ coins: 201 })]);
  });
});

describe('a migrate that calls the manager', () => {
  async function startMeddling(act: (manager: SessionManager<AnyBehavior>, accountId: number) => void) {
    const { disk } = await oldDisk();
    let manager: SessionManager<AnyBehavior> | undefined;
    const meddling = second((from, state) => {
      if (manager !== undefined) act(manager, Number(state.gold));
      return migrated(from, state);
    });
    const started = await start(disk, meddling);
    manager = started.manager;
    return { ...started, disk };
  }

  it('may have its own session released, or anew', async () => {
    const { manager } = await startMeddling((each, accountId) => {
      each.releaseSession(accountId);
      if (accountId === 2) each.createSession(accountId);
    });
    const [one, two] = [manager.getSession(1), manager.getSession(2)];
    expect([one?.push(1), two?.push(1)]).toEqual([PushOutcome.stale, PushOutcome.stale]);
    expect([one?.isLive, two?.isLive, manager.getSession(1), manager.getSession(2)?.status]).toEqual([false, false, undefined, 'active']);
    expect(stateOf(manager, 2)).toMatchObject({ coins: 0 });
  });

  it('cannot wake its own session, which wakes all the same, once', async () => {
    const asked: number[] = [];
    const { manager } = await startMeddling((each, accountId) => {
      asked.push(accountId);
      expect(each.getSession(accountId)?.wake()).toBe(false);
      if (accountId === 1) expect(each.getSession(2)?.wake()).toBe(true);
    });
    expect([manager.getSession(1)?.wake(), manager.getSession(2)?.status]).toEqual([true, 'active']);
    expect(asked).toEqual([1, 2]);
    expect([stateOf(manager, 1), stateOf(manager, 2)]).toEqual([
      expect.objectContaining({ coins: 101 }),
      expect.objectContaining({ coins: 201 }),
    ]);
  });

  it('while a digest is taken changes what the next one is of', async () => {
    let isOver = false;
    const { manager } = await startMeddling((each, accountId) => {
      if (accountId !== 1 || isOver) return;
      isOver = true;
      each.getSession(3)?.release();
    });
    manager.stateDigest();
    const after = manager.stateDigest();
    expect(manager.getSession(3)).toBeUndefined();
    const { manager: other } = await startMeddling(() => {});
    other.releaseSession(3);
    expect(after).toBe(other.stateDigest());
  });
});
