import { residentScheduler } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { rawLauncher } from '../dispatch/threads/raw-launcher.mjs';
import { accounts, startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { counted, countedInJavaScript } from './threads/kernel-behavior.mjs';

const onThreads = () => ({ scheduler: residentScheduler(rawLauncher()), workerThreads: 2, updateTimeoutMs: 200 });
const [SPINS, TRAPS] = [1, 2];

const WAYS = [
  ['on the calling thread', () => ({ scheduler: serialScheduler() })],
  ['on threads', onThreads],
  [
    'on the calling thread and one more',
    () => ({ ...onThreads(), scheduler: residentScheduler(rawLauncher(), { callerParticipates: true }) }),
  ],
] as const;

describe.each(WAYS)('a behaviour with a kernel, %s', (_, options) => {
  const start = async (behavior = counted, updateBatchSize = 64) => {
    const manager = await startWith({ behavior, ...options(), updateBatchSize });
    const handles = manager.createSessionBatch(accounts(300));
    return { manager, handles };
  };

  it.each([64, 33, 1])('every active session is updated once a tick, and no other is touched (batches of %i)', async (updateBatchSize) => {
    const { manager, handles } = await start(counted, updateBatchSize);
    await manager.updateAllSessions(100);
    manager.releaseSessionBatch(accounts(300).filter((accountId) => accountId % 7 === 0));
    const left = handles.filter(({ accountId }) => accountId % 7 !== 0);
    for (let tick = 0; tick < 4; tick++) expect((await manager.updateAllSessions(100)).sessions).toBe(left.length);
    for (const { accountId, state, updateCount } of left) {
      expect([accountId, state.updates, updateCount, state.cold, state.heavy]).toEqual([accountId, 15, 5, accountId, 0.5]);
    }
    // A slot's last session left nothing to the next one, and nobody wrote to it meanwhile.
    const next = manager.createSessionBatch(accounts(40, 1000));
    expect(next.map(({ state }) => state.updates)).toEqual(new Array(40).fill(0));
  });

  it('comes to the same digest as the behaviour in JavaScript', async () => {
    const [kernel, plain] = [await start(counted), await start(countedInJavaScript)];
    for (let tick = 0; tick < 3; tick++) {
      for (const { manager } of [kernel, plain]) await manager.updateAllSessions(100);
      expect(kernel.manager.stateDigest()).toBe(plain.manager.stateDigest());
    }
  });

  it('a trap fails all sessions of its segment, as a throw of updateBatch does, and no other; the next tick runs them again', async () => {
    const { manager, handles } = await start();
    handles[70].state.fate = TRAPS;
    const { faults } = await manager.updateAllSessions(100);
    expect(faults.map(({ accountId }) => accountId)).toEqual(accounts(64, 65));
    expect(faults.map(({ error }) => [(error as Error).name, (error as Error).message])).toEqual(
      new Array(64).fill(['RuntimeError', 'unreachable']),
    );
    handles[70].state.fate = 0;
    expect((await manager.updateAllSessions(100)).faults).toEqual([]);
    // Rows before the trap were updated, rows behind it were not.
    expect([69, 70, 71].map((rank) => handles[rank].state.updates)).toEqual([6, 6, 3]);
  });
});

describe('a kernel that does not return', () => {
  it('loses its thread, and its segment is interrupted: its active sessions, and no free slot beside them', async () => {
    const manager = await startWith({ behavior: counted, ...onThreads() });
    const handles = manager.createSessionBatch(accounts(192));
    manager.releaseSessionBatch([66, 68, 70]);
    const hit = accounts(64, 65).filter((accountId) => ![66, 68, 70].includes(accountId));
    handles[80].state.fate = SPINS;
    const { faults } = await manager.updateAllSessions(100);
    expect(faults.map(({ accountId }) => accountId)).toEqual(hit);
    expect(new Set(faults.map(({ error }) => (error as { code?: string }).code))).toEqual(new Set(['ERR_SESSION_INTERRUPTED']));
    expect(handles.filter(({ status }) => status === 'quarantined').map(({ accountId }) => accountId)).toEqual(hit);
    // Free slots take new sessions, as if nothing had been.
    manager.createSessionBatch(accounts(3, 1000));
    expect(await manager.updateAllSessions(100)).toMatchObject({ sessions: 192 - 64 + 3, faults: [] });
  });
});
