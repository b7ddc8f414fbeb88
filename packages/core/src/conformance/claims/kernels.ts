import assert from 'node:assert/strict';
import type { SessionManager } from '../../manager/session-manager.js';
import type { IScheduler } from '../../scheduler.js';
import { striding, stridingInJavaScript } from '../behaviors.js';
import type { Bench, Claim } from '../claim.js';
import { referenceScheduler } from '../reference.js';
import { accounts, withManager } from '../stand.js';

const SESSIONS = 300;
const TICKS = 30;

/** A kernel gets rows by a mask: those asleep are not among them, wherever their blocks' other rows are run. */
export const kernelClaims = (): readonly Claim[] => [
  {
    name: 'sessions of a kernel that sleep and wake come to the same states as the same in JavaScript on the reference, in every tick',
    async hold(bench) {
      const expected = await run(bench, stridingInJavaScript, referenceScheduler());
      const actual = await run(bench, striding, bench.create());
      for (const [t, tick] of expected.entries()) assert.deepEqual(actual[t], tick, `tick ${t + 1}`);
    },
  },
];

/** What each tick has come to. */
async function run(bench: Bench, behavior: typeof striding | typeof stridingInJavaScript, scheduler: IScheduler): Promise<unknown[]> {
  const ticks: unknown[] = [];
  await withManager(bench, { behavior: behavior as typeof striding, scheduler }, async ({ manager, tick }) => {
    manager.createSessionBatch(accounts(SESSIONS), (accountId) => ({ mapId: accountId % 4 }));
    let slept = 0;
    let stored = 0;
    for (let t = 0; t < TICKS; t++) {
      slept += disturb(manager, t);
      const { sessions, faults } = await tick(100 + t);
      assert.deepEqual([sessions, faults], [manager.getActiveSessionCount(), []]);
      for (const handle of manager.sessions()) if (handle.status === 'hibernated') stored++;
      if (t % 10 === 9) await manager.defragmentMemory();
      ticks.push({ sessions, digest: manager.stateDigest() });
    }
    assert.ok(slept > SESSIONS && stored > 0, `${slept} fell asleep, ${stored} were found stored`);
    for (const handle of [...manager.sessions()]) {
      handle.wake();
      // Once for each tick in which it was awake, and never else.
      assert.equal(handle.state.updates, handle.updateCount, `updates of account ${handle.accountId}`);
    }
    ticks.push(manager.stateDigest());
  });
  return ticks;
}

/** Puts some to sleep before tick t, and wakes others; returns how many fell asleep. */
function disturb(manager: SessionManager<typeof striding>, t: number): number {
  let slept = 0;
  for (const accountId of accounts(SESSIONS)) {
    if ((accountId * 7 + t) % 5 === 0 && manager.hibernateSession(accountId)) slept++;
    if ((accountId * 3 + t) % 11 === 0) manager.reactivateSession(accountId);
  }
  if (t % 10 === 5) manager.reactivateSessionsForMap(t % 4);
  return slept;
}
