import { medianOf } from '../harness/series.js';
import { ArmProcess, ProcessEnded } from './arm-handle.js';
import type { ArmAnswers, ArmRequest, RequestOf } from './arm-protocol.js';
import type { ArmSetup, ThreadDeath } from './contender.js';
import type { Opening, RacingArm } from './racer.js';
import { type Recovery, recoveryOf, worstOf } from './recovery.js';
import type { LifecycleRow, Refusal } from './result.js';
import { BOUNDS_OF_A_LOSS } from './thread-loss.js';

/** What every arm runs whose life is told; who has no such workload has no such row. */
export const SETUP = { workload: 'W1', arith: 'f64', sessions: 1000, diffMs: 100 } as const;
const REPEATS = 3;
const WARM_UP_TICKS = 100;
const IDLE_MS = 400;
/** What a tick after the end of a thread may take, and whatever else might wait for that thread. */
const LOSS_BOUND_MS = 5000;
const LOSE_THREAD_BOUND_MS = BOUNDS_OF_A_LOSS * LOSS_BOUND_MS;

/** Every part of one repeat. */
interface Repeat {
  readonly startMs: number;
  readonly stopMs: number;
  readonly resizeMs: readonly number[];
  readonly idleCpuPercent: number;
}

/** What a lifecycle is reckoned to take. */
export const LIFECYCLE_MS = 6000;

/** An arm that runs in an arm's process. */
export interface LiveArm extends RacingArm {
  readonly opening: Opening;
}

/** How an arm starts, stops, changes its threads and loses one, at a thousand sessions; or why it is refused. Rejects with the signal's reason alone. */
export async function lifecycleOf(arm: LiveArm, signal: AbortSignal): Promise<LifecycleRow | Refusal> {
  const {
    opening,
    description: { name },
  } = arm;
  try {
    const repeats: Repeat[] = [];
    for (let count = 0; count < REPEATS; count++) repeats.push(await repeatOf(opening, signal));
    const { recoveries, death } = await recoveriesOf(opening, signal);
    const recovered = recoveries.flatMap(({ ms }) => ms ?? []);
    const resized = repeats.flatMap(({ resizeMs }) => resizeMs);
    return {
      arm: name,
      sessions: SETUP.sessions,
      startMs: medianOf(repeats.map(({ startMs }) => startMs)),
      stopMs: medianOf(repeats.map(({ stopMs }) => stopMs)),
      resizeMs: resized.length === 0 ? null : medianOf(resized),
      recoveryMs: recovered.length === 0 ? null : medianOf(recovered),
      recovery: recoveries.length === 0 ? null : worstOf(recoveries),
      death,
      idleCpuPercent: medianOf(repeats.map(({ idleCpuPercent }) => idleCpuPercent)),
      bytesPerWorker: opening.workers === 0 ? null : await bytesPerWorkerOf(opening, signal),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { arm: name, workload: null, reason: `lifecycle: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Opens, ticks, idles, resizes there and back, closes. */
function repeatOf(opening: Opening, signal: AbortSignal): Promise<Repeat> {
  return inProcess(opening, signal, async (ask, opened) => {
    const { ticksUs } = await ask({ kind: 'round', ticks: 1 });
    await ask({ kind: 'round', ticks: WARM_UP_TICKS });
    const { cpuUs, wallUs } = await ask({ kind: 'idle', forMs: IDLE_MS });
    const resizeMs: number[] = [];
    if (opened.canResize) {
      for (const workers of [opening.workers + 1, opening.workers]) resizeMs.push((await ask({ kind: 'resize', workers })).ms);
    }
    const closed = await ask({ kind: 'close' });
    return { startMs: opened.ms + ticksUs[0] / 1000, stopMs: closed.ms, resizeMs, idleCpuPercent: (100 * cpuUs) / wallUs };
  });
}

/** One a repeat, until one of them hangs: the others would as well. None where the arm has no threads. */
async function recoveriesOf(opening: Opening, signal: AbortSignal): Promise<{ recoveries: Recovery[]; death: ThreadDeath | null }> {
  const recoveries: Recovery[] = [];
  let death: ThreadDeath | null = null;
  while (recoveries.length < REPEATS && recoveries.at(-1)?.outcome.kind !== 'hung') {
    const recovery = await inProcess(opening, signal, async (ask, opened) => {
      death = opened.death;
      if (death === null) return undefined;
      await ask({ kind: 'round', ticks: WARM_UP_TICKS });
      try {
        return recoveryOf(await ask({ kind: 'lose-thread', boundMs: LOSS_BOUND_MS }), SETUP);
      } catch (error) {
        if (!(error instanceof ProcessEnded)) throw error;
        // The thread's end was that of the whole process.
        return { ms: undefined, outcome: { kind: 'failed', sessions: SETUP.sessions } } as const;
      }
    });
    if (recovery === undefined) break;
    recoveries.push(recovery);
  }
  return { recoveries, death };
}

/** How much larger the resident set is with a thread more, both fresh. */
async function bytesPerWorkerOf(opening: Opening, signal: AbortSignal): Promise<number> {
  const differences: number[] = [];
  for (let count = 0; count < REPEATS; count++) {
    const rssBytes: number[] = [];
    for (const workers of [opening.workers, opening.workers + 1]) {
      rssBytes.push(
        await inProcess({ ...opening, workers }, signal, async (ask) => {
          await ask({ kind: 'round', ticks: WARM_UP_TICKS });
          return (await ask({ kind: 'finish' })).rssBytes;
        }),
      );
    }
    differences.push(rssBytes[1] - rssBytes[0]);
  }
  return medianOf(differences);
}

type Ask = <Kind extends keyof ArmAnswers>(request: RequestOf<Kind>) => Promise<ArmAnswers[Kind]>;

/** Opens an arm in a process of its own, which ends when that is done. */
async function inProcess<T>(
  { contender, workers, modules, boundMs }: Opening,
  signal: AbortSignal,
  use: (ask: Ask, opened: ArmAnswers['open']) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const arm = new ArmProcess();
  const setup: ArmSetup = { ...SETUP, workers };
  try {
    const opened = await arm.request({ kind: 'open', contender, setup, modules }, boundMs);
    const boundOf = ({ kind }: ArmRequest): number => (kind === 'lose-thread' ? Math.max(boundMs, LOSE_THREAD_BOUND_MS) : boundMs);
    return await use((request) => arm.request(request, boundOf(request)), opened);
  } finally {
    arm.kill();
  }
}
