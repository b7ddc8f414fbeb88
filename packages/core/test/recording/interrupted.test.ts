import { type IScheduler, replay, residentScheduler } from '@dormouse/core';
import { expect, it } from 'vitest';
import { fated } from '../dispatch/threads/fates.mjs';
import { rawLauncher } from '../dispatch/threads/raw-launcher.mjs';
import { accounts, failure } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { startRecorded } from './recorded-run.js';

const DEADLY = 30;

/** Three ticks of sessions of which one ends its thread in the second, where there is one. */
async function record(scheduler: IScheduler) {
  const { manager, recording, file } = await startRecorded({ behavior: fated, scheduler, workerThreads: 1 });
  manager.createSessionBatch(accounts(40), (accountId: number) => ({ init: { fate: accountId === DEADLY ? 'exit' : 'none', at: 2 } }));
  for (let tick = 0; tick < 3; tick++) await manager.updateAllSessions(100);
  return { recording, file };
}

it('a recording ends before the tick in which a session is interrupted, and says so; a replay goes up to there and says why', async () => {
  const { recording, file } = await record(residentScheduler(rawLauncher()));
  expect([recording.isActive, recording.ticks]).toEqual([false, 1]);
  const ended = failure(
    'ERR_RECORDING_FILE',
    /ended in tick 2, after 1 recorded: the update of account 30 was interrupted, which no replay can repeat$/,
  );
  expect(recording.error).toEqual(ended);
  expect(recording.error?.cause).toEqual(failure('ERR_SESSION_INTERRUPTED'));
  await expect(recording.stop()).rejects.toEqual(ended);
  const report = await replay(file, { behavior: fated, scheduler: serialScheduler(), logger: false });
  expect(report).toMatchObject({ ticks: 1, difference: undefined, truncated: false, interrupted: { tick: 2, accountIds: [DEADLY] } });
});

it('a session that is interrupted in the replay alone is a difference, and is named', async () => {
  const { recording, file } = await record(serialScheduler());
  await recording.stop();
  const report = await replay(file, { behavior: fated, scheduler: residentScheduler(rawLauncher()), workerThreads: 1, logger: false });
  expect(report).toMatchObject({ ticks: 1, interrupted: undefined });
  expect(report.difference?.message).toBe('tick 2: account 30: its update: recorded done, now interrupted');
});
