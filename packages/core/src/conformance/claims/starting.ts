import { type AnyBehavior, defineBehavior } from '../../behavior.js';
import { u32 } from '../../layout/field.js';
import { SessionManager } from '../../manager/session-manager.js';
import type { SchedulerSupport } from '../../scheduler.js';
import { counting } from '../behaviors.js';
import type { Bench, Claim } from '../claim.js';
import { Held } from '../held.js';
import { accounts, assertStartFails, WORKERS, within, withManager } from '../stand.js';

/** The host has these; what worker threads find at their addresses is something else. */
function strange(file: string): AnyBehavior {
  return defineBehavior(new URL(file, import.meta.url), { name: 'conformance-hazardous', state: { updates: u32() }, update() {} });
}

/** What is wrong with a behaviour in worker threads, and what a failed start must say. */
const HAZARDS = [
  {
    what: 'cannot be found',
    behavior: strange('./conformance-absent.js'),
    reason: /"conformance-hazardous" cannot be imported from .*absent/,
  },
  { what: 'throws when it is imported', behavior: strange('./conformance-start-hazards.js?hazard=throw'), reason: /fails on purpose/ },
  {
    what: 'ends the thread when it is imported',
    behavior: strange('./conformance-start-hazards.js?hazard=exit'),
    reason: /ended .*hazard=exit/,
  },
  { what: 'has a setup that throws', behavior: strange('./conformance-start-hazards.js?hazard=setup'), reason: /setup fails on purpose/ },
];

/** Behaviours that a worker cannot have: the manager does not start, says why, and nothing is left of it. */
export const startClaims = ({ workers }: SchedulerSupport): readonly Claim[] =>
  workers
    ? HAZARDS.map(({ what, behavior, reason }) => ({
        name: `does not start with a behaviour whose module ${what}, and says so`,
        async hold(bench: Bench) {
          const held = new Held();
          // Twice: what the first leaves behind is there before the second.
          for (let again = 0; again < 2; again++) {
            const options = { behavior, scheduler: bench.create(), logger: false, workerThreads: WORKERS } as const;
            await assertStartFails(within(bench, 'the start', SessionManager.start(options)), reason);
          }
          await held.assertNoMore(bench);
          await withManager(bench, { behavior: counting }, async ({ manager, tick }) => {
            manager.createSessionBatch(accounts(10));
            await tick();
          });
        },
      }))
    : [
        {
          name: 'starts with a behaviour whose module nobody else could import',
          async hold(bench) {
            await withManager(bench, { behavior: HAZARDS[0].behavior }, async ({ manager, tick }) => {
              manager.createSessionBatch(accounts(10));
              await tick();
            });
          },
        },
      ];
