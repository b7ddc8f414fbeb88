import assert from 'node:assert/strict';
import { DormouseError } from '../../errors.js';
import { SessionManager } from '../../manager/session-manager.js';
import { SCHEDULER_CONTRACT_VERSION } from '../../scheduler.js';
import { counting } from '../behaviors.js';
import type { Claim } from '../claim.js';
import { accounts, within, withManager } from '../stand.js';

/** What it says of itself, and its life from start to stop. */
export const contractClaims = (): readonly Claim[] => [
  {
    name: 'declares the contract version, a name and what it supports',
    async hold({ create }) {
      const { contractVersion, name, supports } = create();
      assert.equal(contractVersion, SCHEDULER_CONTRACT_VERSION);
      assert.match(name, /\S/);
      for (const member of ['workers', 'resize', 'callerParticipates'] as const) {
        assert.equal(typeof supports[member], 'boolean', `supports.${member}`);
      }
      assert.ok(supports.workers || supports.callerParticipates, 'somebody must run the batches');
    },
  },
  {
    name: 'is refused by a manager of another contract, before it is started',
    async hold({ create }) {
      const scheduler = create();
      let isStarted = false;
      const other = Object.create(scheduler, {
        contractVersion: { value: SCHEDULER_CONTRACT_VERSION + 1 },
        start: {
          value: () => {
            isStarted = true;
          },
        },
      });
      await assert.rejects(SessionManager.start({ behavior: counting, scheduler: other, logger: false }), (error) =>
        DormouseError.isInstance(error, 'ERR_SCHEDULER_CONTRACT'),
      );
      assert.equal(isStarted, false);
    },
  },
  {
    name: 'stops more than once, and without ever having been started',
    async hold(bench) {
      const scheduler = bench.create();
      await within(bench, 'stop', Promise.resolve(scheduler.stop()));
      await within(bench, 'the second stop', Promise.resolve(scheduler.stop()));
      const started = bench.create();
      await withManager(bench, { behavior: counting, scheduler: started }, async ({ manager, tick }) => {
        manager.createSessionBatch(accounts(10));
        await tick();
      });
      await within(bench, 'a stop after the last', Promise.resolve(started.stop()));
    },
  },
  {
    name: 'counts the batches of each participant',
    async hold(bench) {
      await withManager(bench, { behavior: counting }, async ({ manager, scheduler, tick }) => {
        manager.createSessionBatch(accounts(640));
        let batches = 0;
        for (let ticks = 0; ticks < 5; ticks++) batches += (await tick()).batches;
        const { participants } = scheduler.stats();
        assert.equal(
          participants.reduce((sum, participant) => sum + participant.batches, 0),
          batches,
        );
        for (const [index, participant] of participants.entries()) {
          for (const figure of ['steals', 'failedSteals', 'updateUs', 'idleUs'] as const) {
            const value = participant[figure];
            assert.ok(value >= 0 && Number.isFinite(value), `${figure} of participant ${index} must be a number from 0 on: got ${value}`);
          }
        }
      });
    },
  },
];
