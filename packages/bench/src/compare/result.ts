import type { Arith } from '../workloads.js';
import type { ComparedWorkload, ContenderKind, ThreadDeath } from './contender.js';

/** The file that `compare` writes, and `report` and `diff` read. Times are µs, memory is bytes. */
export const RESULT_FORMAT = 'dormouse-compare/1';

export interface CompareResult {
  readonly format: typeof RESULT_FORMAT;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** True where it was stopped before its end: tables that are there are whole. */
  readonly partial: boolean;
  /** True where only the work was to be verified: its times say nothing. */
  readonly smoke: boolean;
  /** The command line after `dormouse-bench`. */
  readonly command: readonly string[];
  /** Of the work tree, with `+` behind it where that had changes; null outside of one. */
  readonly commit: string | null;
  readonly machine: Machine;
  readonly versions: Versions;
  readonly settings: CompareSettings;
  readonly arms: readonly ArmDescription[];
  readonly tables: readonly CompareTable[];
  readonly lifecycle: readonly LifecycleRow[];
  /** Arms that did less work than was asked, or failed; none of their times is published. */
  readonly refused: readonly Refusal[];
  /** What was not measured, and why: no native program, a form that a contender does not have. */
  readonly skipped: readonly Refusal[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly arch: string;
}

export interface Versions {
  readonly node: string;
  readonly v8: string;
  /** npm packages that took part, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** What the native program says of itself; null without it. */
  readonly native: string | null;
}

export interface CompareSettings {
  /** Of every arm of a table, in all. */
  readonly rounds: number;
  /** Processes that an arm has in a table, one after the other, which share out its rounds: what one process happens to be like, all its rounds are. */
  readonly launches: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
  readonly diffMs: number;
  /** Of the intervals, at least: 0.95. */
  readonly confidence: number;
}

/** A contender with a number of threads. */
export interface ArmDescription {
  /** Unique: the contender's name, `@` and the threads besides the calling one: `tinypool-shared@2`. Native arms: `native-arena-list@2`. */
  readonly name: string;
  readonly contender: string;
  readonly title: string;
  readonly kind: ContenderKind;
  readonly library: string | null;
  readonly form: string;
  readonly workers: number;
  /** Threads that run sessions: the workers, and the calling one where it takes part. */
  readonly participants: number;
  readonly justification: string;
  readonly remark: string | null;
}

/** Arms that did the same in turn. */
export interface CompareTable {
  /** `main`: all arms. `sessions`, `workers`: a point of a curve. */
  readonly part: 'main' | 'sessions' | 'workers';
  readonly workload: ComparedWorkload;
  readonly arith: Arith;
  readonly sessions: number;
  readonly rows: readonly CompareRow[];
}

export interface CompareRow {
  /** Name of the arm. */
  readonly arm: string;
  /** Arms whose intervals lie wholly below this one's, and one: 1 more than are certainly faster. */
  readonly rank: number;
  /** Of the whole tick: driver, delivery, update, taking what was sent. */
  readonly tickUs: Interval;
  /** Of all timed ticks. */
  readonly p99Us: number;
  readonly maxUs: number;
  /** Median tick of each round, in order, and of W8 the median of its periods' mean ticks: arms of a table have the same rounds. */
  readonly roundsUs: readonly number[];
  /** CPU of the arm's whole process, all threads, while it was timed. */
  readonly cpuUsPerTick: number;
  /** Resident set of its last process after the last round; null where the system does not tell. */
  readonly rssBytes: number | null;
  /** What its last process did from its start on, timed or not: verified, by what the harness computed itself. */
  readonly ticks: number;
  readonly updates: number;
  readonly packetsOut: number;
  /** 8 hexadecimal digits. */
  readonly checksum: string;
  readonly egressSum: string;
}

/** A median and an interval that holds it with the confidence of the settings. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** What is not a tick: medians over the rounds; null where an arm has no such thing. */
export interface LifecycleRow {
  readonly arm: string;
  readonly sessions: number;
  /** From nothing to the end of the first tick. */
  readonly startMs: number;
  readonly stopMs: number;
  /** One thread more, or less, to the end of the next tick. */
  readonly resizeMs: number | null;
  /** From the end of a thread to the end of the next tick that did all that it should. */
  readonly recoveryMs: number | null;
  /** What was lost by the end of a thread. */
  readonly recovery: RecoveryOutcome | null;
  /** Where that thread was as it ended. */
  readonly death: ThreadDeath | null;
  /** CPU of the process between ticks, percent of one core. */
  readonly idleCpuPercent: number;
  /** Resident set that one more thread takes: a difference of two, so that noise can make it negative. */
  readonly bytesPerWorker: number | null;
}

/**
 * `whole`: all sessions go on. `quarantined`: so many were put aside by name. `lost`: state was gone. `hung`: no tick ended within the bound. `failed`: every tick
 * rejects. `unended`: no thread could be made to end, so that nothing is known.
 */
export interface RecoveryOutcome {
  readonly kind: 'whole' | 'quarantined' | 'lost' | 'hung' | 'failed' | 'unended';
  readonly sessions: number;
}

export interface Refusal {
  readonly arm: string;
  readonly workload: ComparedWorkload | null;
  readonly reason: string;
}
