import type { SchedulerHost } from '@dormouse/core';
import { expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { failure, startWith } from './test-manager.js';

it('ticks go on when a participant has run 2^32 batches', async () => {
  const hosts: SchedulerHost[] = [];
  const scheduler = serialScheduler({
    start: (host) => void hosts.push(host),
    parallelFor: (batchCount) => hosts[0].caller.runBatches(0, batchCount),
  });
  const manager = await startWith({ behavior: echo, scheduler });
  const handle = manager.createSession(1);
  await manager.updateAllSessions(100);
  // Too late for the round: counted, and found out in the next tick.
  hosts[0].caller.runBatches(0, 2 ** 32 - 4);
  await expect(manager.updateAllSessions(100)).rejects.toEqual(failure('ERR_SCHEDULER_CONTRACT'));
  for (let tick = 0; tick < 5; tick++) await manager.updateAllSessions(100);
  expect(handle.state.updates).toBe(7);
});
