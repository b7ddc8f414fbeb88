import type { Arith } from '../workloads.js';
import type { ArmHost } from './arm-handle.js';
import type { Finished } from './arm-protocol.js';
import type { ArmSetup, ComparedWorkload } from './contender.js';
import type { ArmDescription } from './result.js';

/** An arm as a table asks for it: what it is, where it does not fit, and how it gets to the start. */
export interface RacingArm {
  readonly description: ArmDescription;
  reasonAgainst(workload: ComparedWorkload, arith: Arith): string | undefined;
  /** The same with so many threads that run sessions; undefined where it cannot have them. */
  withParticipants(participants: number): RacingArm | undefined;
  /** `host`: where it is to be open, while no other arm is; default: a process of its own. */
  enter(setup: Omit<ArmSetup, 'workers'>, host?: ArmHost): Racer;
  /** What opens it in an arm's process, for what no race asks of it; undefined where it runs in none. */
  readonly opening: Opening | undefined;
}

/** One arm of a table, in a process that is not this one. Every promise rejects within a bound if the arm does not do what it is asked to. */
export interface Racer {
  open(): Promise<void>;
  /** Runs ticks for so long, at least so many. Gives the time of a typical tick, µs. */
  warmUp(forMs: number, leastTicks: number): Promise<number>;
  /** Runs a round of so many ticks, of all rounds the same number, after at least so many that are not timed and are verified all the same. */
  round(ticks: number, leadTicks: number): Promise<RaceRound>;
  /** What it has done. */
  finish(): Promise<Finished>;
  /** Has it give back what it holds. */
  close(): Promise<void>;
  /** Ends its process at once, whatever it does. */
  end(): void;
}

export interface RaceRound {
  /** Of a tick: see `typicalUs`. */
  readonly typicalUs: number;
  /** Every tick, in order. */
  readonly ticksUs: Float64Array;
  readonly cpuUs: number;
  readonly ticks: number;
}

export interface Opening {
  readonly contender: string;
  /** Threads besides the calling one. */
  readonly workers: number;
  /** Where contenders are from that are not of the registry. */
  readonly modules: readonly string[];
  /** What any request may take, beside what it is expected to take. */
  readonly boundMs: number;
}
