import { availableParallelism, freemem } from 'node:os';
import { apartUntil } from '../harness/apart.js';
import { medianOfAll } from '../harness/series.js';
import { Footprints } from './footprints.js';
import { type Arm, failedRow, type LoadTarget, type MeasureOptions, nameOf, rowOf, type TargetRow } from './target.js';

/** What a process of 50 000 sessions takes at its most, and as much again for everybody else. */
const ROOM_BYTES = 4e9;

export interface CampaignOptions {
  readonly targets: readonly LoadTarget[];
  readonly arms: readonly Arm[];
  readonly mostSessions: number;
  /** Ends it early: what is measured by then is the result. */
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** A target on an arm. */
interface Step {
  readonly target: LoadTarget;
  readonly arm: Arm;
}

/**
 * Measures all targets on all arms: what is timed with nothing beside it, then all else, several processes at a time where there is room. Gives
 * rows by target, then by arm: of each at least one, which says so if it could not be measured.
 */
export async function runCampaign({ targets, arms, mostSessions, signal, onProgress }: CampaignOptions): Promise<readonly TargetRow[]> {
  const steps = targets.flatMap((target) => arms.map((arm): Step => ({ target, arm })));
  const measured = new Map<Step, readonly TargetRow[]>();
  const footprints = new Footprints(signal);
  const progress = new Progress(steps);

  const run = async (step: Step): Promise<void> => {
    if (signal.aborted) return;
    const { target, arm } = step;
    let rows: readonly TargetRow[];
    try {
      rows = target.kind === 'memory' ? await rowsHere(step, { mostSessions, footprints }) : await rowsApart(step, mostSessions, signal);
      if (rows.length === 0) rows = [failedRow(target, arm, mostSessions, `it takes fleets of more than ${mostSessions} sessions`)];
    } catch (error) {
      if (signal.aborted) return;
      rows = [failedRow(target, arm, mostSessions, (error as Error).message)];
    }
    measured.set(step, rows);
    onProgress(progress.lineAfter(step, verdictOf(rows)));
  };

  for (const step of steps.filter(({ target }) => target.kind === 'clock')) await run(step);
  // The longest first, so that none is left for the end. Those that share a process wait for it.
  const rest = steps.filter(({ target }) => target.kind !== 'clock').sort((one, other) => other.target.seconds - one.target.seconds);
  const lane = async (): Promise<void> => {
    for (let step = rest.shift(); step !== undefined; step = rest.shift()) await run(step);
  };
  await Promise.all(Array.from({ length: lanesIn(freemem(), availableParallelism()) }, lane));
  return steps.flatMap((step) => measured.get(step) ?? [failedRow(step.target, step.arm, mostSessions, 'stopped before it was measured')]);
}

/** One more than there are processors: a process that lets threads give back what they took to start mostly waits. */
function lanesIn(freeBytes: number, processors: number): number {
  return Math.max(1, Math.min(processors + 1, Math.floor(freeBytes / ROOM_BYTES)));
}

/** Measures in this process. */
export async function rowsHere({ target, arm }: Step, options: MeasureOptions): Promise<readonly TargetRow[]> {
  return (await target.measure(arm, options)).map((measured) => rowOf(target, arm, measured));
}

/** Measures in processes of their own, one after the other; gives the median of each row. */
async function rowsApart({ target, arm }: Step, mostSessions: number, signal: AbortSignal): Promise<readonly TargetRow[]> {
  const runs: (readonly TargetRow[])[] = [];
  const args = [
    'targets',
    '--here',
    target.name,
    '--schedulers',
    arm.scheduler,
    '--callers',
    arm.caller,
    '--sessions',
    String(mostSessions),
  ];
  for (let run = 0; run < target.processes; run++) runs.push(await apartUntil<readonly TargetRow[]>(signal, args));
  return runs[0].map((row, index) => {
    const also = row.also.map((quantity, place) => ({
      ...quantity,
      value: medianOfAll(runs.map((rows) => rows[index].also[place].value)),
    }));
    const value = medianOfAll(runs.map((rows) => rows[index].value));
    return rowOf(target, arm, { ...row, value, also });
  });
}

/** In a word, for progress. */
export function verdictOf(rows: readonly TargetRow[]): string {
  const failed = rows.find(({ error }) => error !== undefined);
  if (failed !== undefined) return `not measured: ${failed.error}`;
  const short = rows.filter(({ pass, binding }) => binding && !pass).length;
  if (short > 0) return `${short} of ${rows.length} fall short`;
  const beyond = rows.filter(({ pass }) => !pass).length;
  const told = beyond === 0 ? '' : `, ${beyond} beyond a limit that does not bind`;
  return `${rows.some(({ binding }) => binding) ? 'met' : 'reported'}${told}`;
}

/** How far it is, and how long it will yet take, as long as all goes on as it went. */
class Progress {
  readonly #beganMs = performance.now();
  readonly #wholeSeconds: number;
  readonly #steps: number;
  #doneSeconds = 0;
  #done = 0;

  constructor(steps: readonly Step[]) {
    this.#steps = steps.length;
    this.#wholeSeconds = steps.reduce((sum, { target }) => sum + target.seconds, 0);
  }

  lineAfter({ target, arm }: Step, outcome: string): string {
    this.#done++;
    this.#doneSeconds += target.seconds;
    const leftSeconds = ((performance.now() - this.#beganMs) / 1000 / this.#doneSeconds) * (this.#wholeSeconds - this.#doneSeconds);
    return `${this.#done} of ${this.#steps}: ${target.id} ${target.name} on ${nameOf(arm)}: ${outcome}; ${Math.ceil(leftSeconds)} s left`;
  }
}
