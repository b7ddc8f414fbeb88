import type { SchedulerStats } from '@dormouse/core';
import type { Arith, Form, Workload } from '../workloads.js';
import type { SchedulerChoice } from './scheduler-choice.js';

/** What runs, and on what. */
export interface FleetOptions extends SchedulerChoice {
  readonly workload: Workload;
  readonly sessions: number;
  readonly diffMs: number;
  readonly arith: Arith;
  readonly form: Form;
  /** Sessions a batch, at most. */
  readonly batch: number;
  /** Batches have as many however long they take. Default: they are made smaller where they take long. */
  readonly isBatchFixed?: boolean;
  /** Names a copy of the workload's code: fleets of different copies share none of it. */
  readonly copy?: string;
}

/** Times of one tick, in µs. */
export interface TickTimes {
  ingestUs: number;
  /** The parallel update alone. */
  updateUs: number;
  egressUs: number;
  /** Everything. */
  tickUs: number;
}

/** Totals after any number of ticks. */
export interface FleetTotals {
  readonly updates: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly dropped: number;
  /** Sum mod 2^32 of the payload words of all outbound packets. */
  readonly egressSum: number;
  /** FNV-1a over every session's fields, ascending account id. */
  readonly checksum: number;
}

/** N sessions of a workload, whatever runs them. Ticks are numbered by the fleet itself, from 0. */
export interface Fleet {
  /** Runs the next tick, driver included, and writes how long its parts took. */
  tick(times: TickTimes): void | Promise<void>;
  /** Sessions updated so far, each as often as it was. */
  updates(): number;
  /** Not to be timed, nor within what is: W8's sleepers are woken for it, and put to sleep again. */
  totals(): FleetTotals;
  /** What the scheduler's participants have done; undefined on the floor. */
  stats(): SchedulerStats | undefined;
  close(): Promise<void>;
}

export function noTimes(): TickTimes {
  return { ingestUs: 0, updateUs: 0, egressUs: 0, tickUs: 0 };
}
