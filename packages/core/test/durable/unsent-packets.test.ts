import { describe, expect, it } from 'vitest';
import { accounts } from '../manager/test-manager.js';
import { Disk } from './disk-fixture.js';
import { type Keeper, type KeeperHandle, startKeeper, turn } from './durable-fixture.js';

/** Sends one packet whenever its session falls asleep. */
const hibernate = (session: Keeper) => void session.send(7, new Uint8Array(4));

/** How many packets each account has had handed out, and what to give to a manager for it. */
function counting() {
  const handedOut = new Map<number, number>();
  const onPacket = (accountId: number) => void handedOut.set(accountId, (handedOut.get(accountId) ?? 0) + 1);
  return { handedOut, onPacket };
}

const once = (ids: number[]) => new Map(ids.map((accountId) => [accountId, 1]));

describe('what a session has sent as it fell asleep', () => {
  it('is handed out once where its record was made before that was, and is stored after it', async () => {
    const { handedOut, onPacket } = counting();
    const handles: KeeperHandle[] = [];
    const doing = {
      hibernate,
      // When all is handed out that was sent in a tick, and before rows are stored.
      update: (session: Keeper) => void (session.accountId === 500 && session.state.value-- === 0 && session.send(1, new Uint8Array(1))),
    };
    const { manager, store } = await startKeeper(new Disk(), doing, {
      onPacket: (accountId) => {
        if (accountId !== 500) onPacket(accountId);
        else for (const handle of handles) handle.hibernate();
      },
    });
    handles.push(...manager.createSessionBatch(accounts(200)));
    manager.createSession(500, { init: 1 });
    await manager.updateAllSessions(1);
    store.turns = 1;
    const checkpoint = manager.checkpoint();
    // All fall asleep in it, and are encoded at its end; the store is at the first 32.
    await manager.updateAllSessions(1);
    expect([handles[100].status, handedOut.size]).toEqual(['hibernating', 0]);
    for (let tick = 0; tick < 40; tick++) {
      await manager.updateAllSessions(1);
      await turn();
    }
    await checkpoint;
    expect(handles.map(({ status }) => status)).toEqual(handles.map(() => 'hibernated'));
    for (const handle of handles) handle.wake();
    await manager.updateAllSessions(1);
    expect(handedOut).toEqual(once(accounts(200)));
    expect(handles.map(({ packetsOut }) => packetsOut)).toEqual(handles.map(() => 1));
  });

  it.each(['shutdown', 'kill'] as const)('is handed out in the first tick after a restart, where there was none before %s', async (end) => {
    const { handedOut, onPacket } = counting();
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk, { hibernate }, { onPacket });
    const handles = manager.createSessionBatch(accounts(100));
    await manager.updateAllSessions(1);
    for (const handle of handles) handle.hibernate();
    await manager.checkpoint();
    if (end === 'kill') store.kill();
    else await manager.shutdown();
    expect(handedOut).toEqual(new Map());
    const { manager: next } = await startKeeper(disk, { hibernate }, { resume: true, onPacket });
    expect(next.resumed).toMatchObject({ asleep: 100, active: 0 });
    await next.updateAllSessions(1);
    expect(handedOut).toEqual(once(accounts(100)));
    for (let tick = 0; tick < 3; tick++) await next.updateAllSessions(10_000);
    expect(handedOut).toEqual(once(accounts(100)));
  });

  it('has nobody wake after a restart where it was handed out before', async () => {
    const { handedOut, onPacket } = counting();
    const disk = new Disk();
    const { manager } = await startKeeper(disk, { hibernate }, { onPacket });
    for (const handle of manager.createSessionBatch(accounts(10))) handle.hibernate();
    await manager.checkpoint();
    await manager.updateAllSessions(1);
    await manager.shutdown();
    const { manager: next } = await startKeeper(disk, { hibernate }, { resume: true, onPacket });
    await next.updateAllSessions(1);
    expect([handedOut, next.getActiveSessionCount()]).toEqual([once(accounts(10)), 0]);
  });

  it('is handed out by the next tick after a restart, while it sleeps on', async () => {
    const disk = new Disk();
    const { handedOut, onPacket } = counting();
    const { manager } = await startKeeper(disk, { hibernate }, { onPacket });
    for (const handle of manager.createSessionBatch(accounts(70))) if (handle.accountId <= 40) handle.hibernate();
    const digest = manager.stateDigest();
    await manager.shutdown();
    expect(handedOut.size).toBe(0);
    const { manager: next, store } = await startKeeper(disk, { hibernate }, { onPacket, resume: true });
    expect([next.resumed?.asleep, next.stateDigest()]).toEqual([40, digest]);
    const sleepers = accounts(40).map((accountId) => next.getSession(accountId) as KeeperHandle);
    expect(new Set(sleepers.map(({ status }) => status))).toEqual(new Set(['hibernating']));
    await next.updateAllSessions(1);
    expect(handedOut).toEqual(once(accounts(40)));
    expect(new Set(sleepers.map(({ status }) => status))).toEqual(new Set(['hibernated']));
    await next.checkpoint();
    store.kill();
    const { manager: third } = await startKeeper(disk, { hibernate }, { onPacket, resume: true });
    await third.updateAllSessions(1);
    for (const accountId of accounts(40)) third.getSession(accountId)?.wake();
    await third.updateAllSessions(1);
    expect(handedOut).toEqual(once(accounts(40)));
  });

  it('is handed out after the restart in which there is a slot for it, and those who were awake come first', async () => {
    const disk = new Disk();
    const { handedOut, onPacket } = counting();
    const { manager } = await startKeeper(disk, { hibernate }, { onPacket });
    for (const handle of manager.createSessionBatch(accounts(100))) if (handle.accountId <= 40) handle.hibernate();
    await manager.shutdown();
    const few = { sessionCeiling: 64, poolSize: 64, maxConcurrentSessions: 64 };
    const { manager: next } = await startKeeper(disk, { hibernate }, { ...few, onPacket, resume: true });
    expect(next.resumed).toMatchObject({ active: 60, asleep: 40, refused: 0 });
    await next.updateAllSessions(1);
    expect(handedOut.size).toBeGreaterThan(0);
    // Moved where it lies: its head says still what it has to be handed out.
    for (const accountId of accounts(40)) (next.getSession(accountId) as KeeperHandle).mapId = 9;
    await next.shutdown();
    const { manager: third } = await startKeeper(disk, { hibernate }, { onPacket, resume: true });
    await third.updateAllSessions(1);
    await third.updateAllSessions(1);
    expect(handedOut).toEqual(once(accounts(40)));
  });
});
