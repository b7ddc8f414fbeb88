import { SessionManager } from '@dormouse/core';
import { inlineScheduler } from '@dormouse/scheduler-inline';
import { expect, it, vi } from 'vitest';
import { paceAt } from './pace.ts';
import walker from './walker.ts';

vi.mock('./pace.ts', () => ({ paceAt: vi.fn(() => 10) }));

it('walks at the pace of the mock', async () => {
  const manager = await SessionManager.start({ behavior: walker, scheduler: inlineScheduler(), logger: false });
  const handle = manager.createSession(1);
  for (let tick = 0; tick < 2; tick++) await manager.updateAllSessions(100);
  expect(handle.state.x).toBe(2);
  expect(vi.mocked(paceAt).mock.calls).toEqual([[0], [1]]);
  await manager.shutdown();
});
