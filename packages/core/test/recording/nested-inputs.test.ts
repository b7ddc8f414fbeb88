import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { defineBehavior, type SessionManager, u32 } from '@dormouse/core';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { replayed, startRecorded } from './recorded-run.js';

/** The manager that hooks below call, as a module-level variable of a host would be: there while recording, gone in a replay. */
let host: SessionManager | undefined;

afterEach(() => {
  host = undefined;
});

/** Its hooks and updates call the host's manager, where there is one. */
const meddler = defineBehavior(import.meta.url, {
  name: 'meddler',
  state: { updates: u32(), gifts: u32() },
  create(session) {
    const { accountId } = session;
    if (accountId === 1) {
      host?.createSession(2);
      const second = host?.getSession(2);
      if (second !== undefined) (second.state as { gifts: number }).gifts = 20;
      host?.createSession(3);
      host?.releaseSession(3);
    }
    if (accountId === 6) {
      host?.createSession(7);
      throw new Error('but not this one');
    }
  },
  release(session) {
    if (session.accountId === 2) host?.createSession(4, { mapId: 9 });
  },
  update(session) {
    session.state.updates += 1;
    if (session.accountId === 1 && session.state.updates === 2) host?.createSession(5);
    if (session.updateCount === 3) session.spawn(session.accountId + 100);
  },
});

async function digestsOf(manager: SessionManager, ticks: number): Promise<string[]> {
  const digests: string[] = [];
  for (let i = 0; i < ticks; i++) {
    await manager.updateAllSessions(100);
    digests.push(manager.stateDigest());
  }
  return digests;
}

describe('what hooks, updates and subscribers ask of the manager', () => {
  it('is recorded where it took effect and done once in a replay, from the record', async () => {
    const { manager, recording, file } = await startRecorded({ behavior: meddler, scheduler: serialScheduler() });
    host = manager as unknown as SessionManager;
    manager.createSession(1);
    expect(() => manager.createSession(6)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_HOOK' }));
    expect([...manager.sessions()].map(({ accountId }) => accountId).sort()).toEqual([1, 2, 7]);
    const digests = await digestsOf(host, 2);
    manager.releaseSession(2);
    digests.push(...(await digestsOf(host, 3)));
    await recording.stop();
    host = undefined;
    const { report, digests: again } = await replayed(file, [meddler]);
    expect(report.difference).toBe(undefined);
    expect(again).toEqual(digests);
    expect(report).toMatchObject({ ticks: 5, sessions: [...manager.sessions()].length });
  });

  it('is recorded once when a subscriber asks, between ticks and in them', async () => {
    const { manager, recording, file } = await startRecorded({
      behavior: meddler,
      scheduler: serialScheduler(),
      maxConcurrentSessions: 12,
    });
    const onCreated = (message: unknown): void => {
      const { accountId } = message as { accountId: number };
      const handle = manager.getSession(accountId);
      if (handle?.isLive) handle.state.gifts += accountId;
      if (accountId > 100) manager.setMaxConcurrentSessions(8);
    };
    const onReleased = (message: unknown): void => {
      const { accountId } = message as { accountId: number };
      if (accountId < 10) manager.createSession(accountId + 10);
    };
    subscribe('dormouse:session:created', onCreated);
    subscribe('dormouse:session:released', onReleased);
    onTestFinished(() => void unsubscribe('dormouse:session:created', onCreated));
    onTestFinished(() => void unsubscribe('dormouse:session:released', onReleased));
    manager.createSessionBatch([1, 8, 9, 30, 31, 32, 33]);
    const digests = await digestsOf(manager as unknown as SessionManager, 2);
    manager.releaseSession(8);
    digests.push(...(await digestsOf(manager as unknown as SessionManager, 4)));
    await recording.stop();
    unsubscribe('dormouse:session:created', onCreated);
    unsubscribe('dormouse:session:released', onReleased);
    const { report, digests: again } = await replayed(file, [meddler]);
    expect(report.difference).toBe(undefined);
    expect(again).toEqual(digests);
  });

  it('must not fail in a replay: a hook that does is named', async () => {
    const needy = defineBehavior(import.meta.url, {
      name: 'needy',
      state: { x: u32() },
      create() {
        (host as SessionManager).getSession(1);
      },
      update() {},
    });
    const { manager, recording, file } = await startRecorded({ behavior: needy, scheduler: serialScheduler() });
    host = manager as unknown as SessionManager;
    manager.createSession(4);
    await manager.updateAllSessions(10);
    await recording.stop();
    host = undefined;
    const { report } = await replayed(file, [needy]);
    expect(report).toMatchObject({ ticks: 0, difference: { tick: 0, accountId: 4, expected: 'succeeded' } });
    expect(report.difference?.message).toMatch(
      /^tick 0: account 4: its creation: recorded succeeded, now failed: the create hook failed for account 4/,
    );
  });
});
