import assert from 'node:assert/strict';
import { DormouseError } from '../../errors.js';
import type { SessionFault } from '../../tick-report.js';
import { Failure } from '../behaviors/plain.js';
import { failing } from '../behaviors.js';
import type { Claim } from '../claim.js';
import { accounts, withManager } from '../stand.js';

/** Sessions that fail: each is reported alone, with its error as it was thrown, whatever thread it was thrown in. */
export const faultClaims = (): readonly Claim[] => [
  {
    name: 'a session that throws is reported alone, and the others are updated',
    async hold(bench) {
      await withManager(bench, { behavior: failing, quarantineAfter: 2 }, async ({ manager, tick }) => {
        const [bad] = accounts(1, 10_070);
        const handles = manager.createSessionBatch(accounts(200), (accountId) => ({
          init: accountId === bad ? Failure.range : Failure.none,
        }));
        for (const quarantined of [false, true]) {
          const { faults, tick: number } = await tick();
          const [{ error: _, ...fault }] = faults;
          assert.deepEqual(fault, { accountId: bad, tick: number, faults: number, quarantined });
          assert.equal(faults.length, 1);
        }
        const third = await tick();
        assert.deepEqual([third.faults.length, third.sessions], [0, 199]);
        for (const { accountId, state } of handles)
          assert.equal(state.updates, accountId === bad ? 2 : 3, `updates of account ${accountId}`);
      });
    },
  },
  {
    name: 'errors keep name, message, code, cause and stack from whatever thread they are thrown in',
    async hold(bench) {
      await withManager(bench, { behavior: failing, quarantineAfter: 200 }, async ({ manager, tick }) => {
        // Each kind in every batch: on every thread.
        const kinds = Object.values(Failure);
        const handles = manager.createSessionBatch(accounts(1000), (_, rank) => ({ init: kinds[rank % kinds.length] }));
        for (let ticks = 1; ticks <= 5; ticks++) {
          const { faults } = await tick();
          assert.deepEqual(
            faults.map(({ accountId }) => accountId),
            handles.filter(({ state }) => state.failure !== Failure.none).map(({ accountId }) => accountId),
          );
          for (const fault of faults) assertError(fault, manager.getSession(fault.accountId)?.state.failure ?? 0);
          for (const { accountId, state } of handles) assert.equal(state.updates, ticks, `updates of account ${accountId}`);
        }
      });
    },
  },
];

function assertError({ accountId, error }: SessionFault, failure: number): void {
  const said = `account ${accountId} fails on purpose`;
  if (failure === Failure.promise) {
    assert.ok(DormouseError.isInstance(error, 'ERR_BEHAVIOR_ASYNC'), `${error} for an update that returned a promise`);
    assert.equal(error.accountId === undefined || error.accountId === accountId, true);
    return;
  }
  if (failure === Failure.text) {
    assert.ok(typeof error === 'string' ? error === said : (error as Error).message.includes(said), `${error} for a text that was thrown`);
    return;
  }
  const { name, message, code, cause, stack } = error as NodeJS.ErrnoException & { readonly cause?: Error };
  assert.equal(message, said);
  assert.match(stack ?? '', /fails on purpose\n\s+at .*update/);
  if (failure === Failure.range) assert.equal(name, 'RangeError');
  else assert.deepEqual([name, code, cause?.message], ['Error', 'E_ON_PURPOSE', `the cause of account ${accountId}`]);
}
