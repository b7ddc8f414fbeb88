import { type Caller, makeScheduler, PARALLEL, type SchedulerChoice, workersOfTwo } from '../harness/scheduler-choice.js';
import type { Footprints } from './footprints.js';

/** What runs the batches, and who: two participants, or the caller alone. */
export interface Arm extends SchedulerChoice {
  /** `idle` where there is nobody but the caller, who then runs all batches. */
  readonly caller: Caller;
  readonly hasWorkers: boolean;
}

export const TARGET_SCHEDULERS: readonly string[] = ['inline', ...PARALLEL];

/** Schedulers in both caller modes, if they have workers. Rejects if one is not there. */
export async function armsOf(schedulers: readonly string[], callers: readonly Caller[]): Promise<readonly Arm[]> {
  const arms: Arm[] = [];
  for (const scheduler of schedulers) {
    const hasWorkers = (await makeScheduler({ scheduler, workers: 0 })).supports.workers;
    for (const caller of hasWorkers ? callers : (['idle'] as const)) {
      arms.push({ scheduler, workers: hasWorkers ? workersOfTwo(caller) : 0, caller, hasWorkers });
    }
  }
  return arms;
}

/** Whether the calling thread runs batches, alone or beside others. */
export function callerRuns({ caller, hasWorkers }: Arm): boolean {
  return caller === 'joins' || !hasWorkers;
}

export function nameOf({ scheduler, caller, hasWorkers }: Arm): string {
  return hasWorkers ? `${scheduler}, caller ${caller}` : scheduler;
}

/** How a value must stand to its limit. */
export type Bound = '<' | '≤' | '>' | '≥';

const KEEPS: Readonly<Record<Bound, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '≤': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '≥': (value, limit) => value >= limit,
};

/** A figure that stands beside another: the slope of a line beside how straight it is. */
export interface Quantity {
  readonly name: string;
  /** Null of what is no number. */
  readonly value: number | null;
  readonly unit: string;
}

/** What was measured on an arm. */
export interface Measured {
  /** What of the target: `created`, `one tick`. Rows of a target that share it differ in sessions and arm alone. */
  readonly what: string;
  /** The most that there were. */
  readonly sessions: number;
  readonly bound: Bound;
  readonly limit: number;
  /** NaN where something was measured that cannot be. */
  readonly value: number;
  readonly unit: string;
  /** False: told of, but the target does not hang on it. */
  readonly binding: boolean;
  readonly also: readonly Quantity[];
}

/** A row of the result, as `--json` prints it. */
export interface TargetRow extends Omit<Measured, 'value'> {
  /** Null where nothing was measured that is a number: it does not pass. */
  readonly value: number | null;
  /** The requirement: `R-24`. */
  readonly id: string;
  readonly scheduler: string;
  /** Null where there is nobody but the caller. */
  readonly caller: Caller | null;
  readonly pass: boolean;
  /** Share of the limit that is left, or that is missing where it is negative; null of a limit of 0. */
  readonly margin: number | null;
  /** The specification's own words, where they stand, and what is understood by them. */
  readonly text: string;
  readonly source: string;
  readonly reading: string;
  /** True in all rows of a run that was stopped before its end. */
  readonly partial: boolean;
  /** Of the work tree that was measured, as in the result of `compare`; the same in all rows. */
  readonly commit?: string | null;
  /** Why the target gave no figure on this arm, and then the row has none. */
  readonly error?: string;
}

/** A load target of the specification. One file a target. */
export interface LoadTarget {
  readonly id: string;
  /** Unique, kebab-case. */
  readonly name: string;
  readonly text: string;
  readonly source: string;
  readonly reading: string;
  /**
   * `clock`: measured in a process of its own for each arm, with nothing beside it. `counts`: in a process of its own as well, which may run beside others, since
   * nothing in it is timed. `memory`: it starts processes itself, which may do so too, since what they take does not hang on that.
   */
  readonly kind: 'clock' | 'counts' | 'memory';
  /** Of `clock` and `counts`: processes that each row is the median of. */
  readonly processes: number;
  /** About how long an arm takes, s: weighs what is left. */
  readonly seconds: number;
  measure(arm: Arm, options: MeasureOptions): Promise<readonly Measured[]>;
}

export interface MeasureOptions {
  /** Sizes beyond are left out. */
  readonly mostSessions: number;
  /** Shared by the targets of kind `memory`. */
  readonly footprints: Footprints;
}

/** A value, and whether it keeps to its limit: what is no number does not. */
export function rowOf(target: LoadTarget, arm: Arm, measured: Measured): TargetRow {
  const { id, text, source, reading } = target;
  const { scheduler, caller, hasWorkers } = arm;
  const { value, limit, bound } = measured;
  const share = limit === 0 || !Number.isFinite(value) ? null : value / limit;
  return {
    id,
    scheduler,
    caller: hasWorkers ? caller : null,
    ...measured,
    value: numberOrNull(value),
    also: measured.also.map((quantity) => ({ ...quantity, value: numberOrNull(quantity.value) })),
    pass: KEEPS[bound](value, limit),
    margin: share === null ? null : bound === '≥' || bound === '>' ? share - 1 : 1 - share,
    text,
    source,
    reading,
    partial: false,
  };
}

/** The row of a target that gave no figure on an arm: it binds, and does not pass. */
export function failedRow(target: LoadTarget, arm: Arm, sessions: number, error: string): TargetRow {
  const nothing = { what: target.name, sessions, bound: '≤', limit: 0, value: Number.NaN, unit: '', binding: true, also: [] } as const;
  return { ...rowOf(target, arm, nothing), error };
}

/** JSON has no NaN. */
function numberOrNull(value: number | null): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Sizes that targets are measured at: the specification's 100 to 5000 sessions, and beyond. */
export function sizesUpTo(mostSessions: number, sizes: readonly number[] = [100, 500, 1000, 5000, 50_000]): readonly number[] {
  return sizes.filter((sessions) => sessions <= mostSessions);
}
