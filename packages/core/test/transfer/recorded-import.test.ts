import { describe, expect, it } from 'vitest';
import { failure } from '../manager/test-manager.js';
import { replayed, startRecorded } from '../recording/recorded-run.js';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { doings, startTravellers, traveller } from './traveller.js';

/** Sessions 1…4, with packets unread, one asleep, one with a request that nobody has answered. */
async function startSource(ringBytes = 1024) {
  const here = await startTravellers({ startTimeMs: 9000, seed: 5, ringBytes });
  const handles = here.createSessionBatch([1, 2, 3, 4], (accountId) => ({ mapId: accountId }));
  here.handle('news', () => new Promise(() => {}));
  asksOnce(2);
  await here.updateAllSessions(100);
  for (let opcode = 1; opcode < 9; opcode++) handles[0].push(opcode, new Uint8Array(opcode));
  handles[2].hibernate();
  return here;
}

/** Whenever it has been updated once or ten times. */
function asksOnce(account: number): void {
  doings.set(account, (session) => {
    if (session.updateCount === 1 || session.updateCount === 10) session.ask('news');
    for (const { status } of session.answers('news')) session.state.mood = status;
  });
}

describe('a recording of a manager that sessions come to', () => {
  it('has them come again in a replay, as they were and at the same moment', async () => {
    const here = await startSource();
    const blobs = [1, 2, 3, 4].map((accountId) => here.exportSession(accountId));
    const scheduler = deferredScheduler();
    const { manager, recording, file } = await startRecorded({ behavior: traveller, scheduler, seed: 7 });
    asksOnce(2);
    const digests: string[] = [];
    const tick = async (meanwhile: () => void = () => {}): Promise<void> => {
      const ticking = manager.updateAllSessions(150);
      meanwhile();
      if (scheduler.isWaiting) scheduler.open();
      await ticking;
      digests.push(manager.stateDigest());
    };
    manager.importSession(blobs[0]);
    manager.createSession(50);
    await tick();
    await tick(() => void manager.importSession(blobs[1], { mapId: 77 }));
    manager.importSession(blobs[2]);
    await tick(() => void manager.importSession(blobs[3], { accountId: 40 }));
    for (let i = 0; i < 12; i++) await tick();
    manager.releaseSession(1);
    manager.importSession(blobs[0]);
    await tick();
    expect(manager.getSession(2)?.state.mood).toBe('unhandled');
    await recording.stop();
    const { report, digests: again } = await replayed(file, [traveller]);
    expect(report).toMatchObject({ ticks: 16, difference: undefined });
    expect(again).toEqual(digests);
  });

  it('has those again that found no room in their rings, and were refused', async () => {
    const here = await startSource(4096);
    const handle = here.getSession(4);
    for (let i = 0; i < 12; i++) handle?.push(3, new Uint8Array(250));
    const { manager, recording, file } = await startRecorded({
      behavior: traveller,
      scheduler: serialScheduler(),
      seed: 7,
      ringBytes: 1024,
    });
    expect(() => manager.importSession(here.exportSession(4))).toThrow(failure('ERR_BLOB_INVALID'));
    manager.importSession(here.exportSession(3), { accountId: 4 });
    await manager.updateAllSessions(100);
    const digest = manager.stateDigest();
    await recording.stop();
    const { report, digests } = await replayed(file, [traveller]);
    expect(report).toMatchObject({ ticks: 1, difference: undefined });
    expect(digests).toEqual([digest]);
  });
});
