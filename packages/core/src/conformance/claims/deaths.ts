import assert from 'node:assert/strict';
import { threadId } from 'node:worker_threads';
import { Witness } from '../../memory/witness.js';
import type { SchedulerSupport } from '../../scheduler.js';
import { Act } from '../behaviors/perilous.js';
import { watched } from '../behaviors.js';
import type { Bench, Claim } from '../claim.js';
import { accounts, type Stand, turn, until, withManager } from '../stand.js';
import { type Threads, withThreads } from '../threads.js';

const SESSIONS = 64 * 12;

/** What happens to threads between ticks is no session's fault: none is reported, and none misses an update. */
export const deathClaims = ({ workers }: SchedulerSupport): readonly Claim[] =>
  workers
    ? [
        betweenTicks('exits', Act.exitLater),
        // Uncaught: who does not listen to the thread has it end the process.
        betweenTicks('throws', Act.throwLater, { process: [] }),
        lateWaker,
      ]
    : [];

function betweenTicks(what: string, act: number, where: Pick<Claim, 'process'> = {}): Claim {
  return {
    name: `when a thread ${what} between two ticks, the next ticks are as any other`,
    ...where,
    hold: (bench) =>
      onWatched(bench, async ({ tick }, witness, threads) => {
        for (const isAwaited of [true, false]) {
          witness.arm(act, 5);
          await until(bench, 'a worker runs session 5 of a batch', async () => {
            await tick();
            return witness.victim !== undefined;
          });
          let isOver = false;
          const over = threads.exit(bench, witness.thread);
          const note = (): void => {
            isOver = true;
          };
          over.then(note, note);
          if (isAwaited) await over;
          // Otherwise it dies while tick follows on tick.
          else
            await until(bench, 'the thread is over', async () => {
              await tick();
              return isOver;
            });
          for (let ticks = 0; ticks < 5; ticks++) await tick();
        }
      }),
  };
}

const lateWaker: Claim = {
  name: 'a thread that wakes late, when the tick is in flight or over, runs nothing twice and leaves nothing out',
  hold: (bench) =>
    onWatched(bench, async ({ tick }, witness) => {
      for (let round = 0; round < 10; round++) {
        witness.arm(Act.holdLater, 0);
        await until(bench, 'a worker runs session 0 of a batch', async () => {
          await tick();
          return witness.victim !== undefined;
        });
        await turn();
        const late = tick();
        // A scheduler that steals is done without that thread; one that does not waits for it.
        for (let turns = 0; turns < 20; turns++) await turn();
        witness.letGo();
        await late;
        for (let ticks = 0; ticks < 3; ticks++) await tick();
      }
    }),
};

type Body = (stand: Pick<Stand<typeof watched>, 'tick'>, witness: Witness, threads: Threads) => Promise<void>;

/** Every tick of `body` updates every session once, and has no faults. */
async function onWatched(bench: Bench, body: Body): Promise<void> {
  const witness = Witness.create(SESSIONS, 64, threadId);
  await withThreads(async (threads) => {
    await withManager(bench, { behavior: watched, shared: { witness: witness.words } }, async ({ manager, tick }) => {
      manager.createSessionBatch(accounts(SESSIONS), (_, place) => ({ init: place }));
      let ticks = 0;
      const checked = async (): ReturnType<typeof tick> => {
        const report = await tick();
        ticks++;
        assert.deepEqual([report.faults, report.sessions], [[], SESSIONS]);
        for (let place = 0; place < SESSIONS; place++) assert.equal(witness.updatesOf(place), ticks, `updates of session ${place}`);
        return report;
      };
      await body({ tick: checked }, witness, threads);
      assert.equal(witness.clashes, 0, 'updates that began while the same session was being updated');
    });
  });
}
