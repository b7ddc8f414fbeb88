import type { CheckedFields } from '../harness/checksum.js';
import type { Arith } from '../workloads.js';

/** The workloads of the comparison: docs/workloads.md says to the bit what each does. */
export const COMPARED_WORKLOADS = ['W0', 'W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8'] as const;
export type ComparedWorkload = (typeof COMPARED_WORKLOADS)[number];

/** What an arm is to be: one workload at one size, on so many threads. */
export interface ArmSetup {
  readonly workload: ComparedWorkload;
  readonly arith: Arith;
  readonly sessions: number;
  /** Simulated ms a tick. */
  readonly diffMs: number;
  /** Threads besides the calling one; 0 for what has none. */
  readonly workers: number;
}

/** How a contender stands in the comparison. */
export type ContenderKind = 'dormouse' | 'by-hand' | 'control' | 'native';

/** How many threads it is given on a machine of so many cores: besides the calling one. */
export type WorkerShare = 'none' | 'cores' | 'cores-1';

/**
 * Something that runs sessions, as a competent user of it would write it. One file a contender, or a family of them; what it sets and why stands in
 * `justification`, which is published. Its file is loaded in the process of every arm: its library, and the code of its sessions, are imported by `open`
 * alone, so that no arm has another's in its memory. Built, it is in the root of `dist`: URLs of threads are relative to that.
 */
export interface Contender {
  /** Unique, kebab-case: `tinypool-shared`. */
  readonly name: string;
  /** For people, without the number of threads: `tinypool, one task a worker, shared memory`. */
  readonly title: string;
  readonly kind: ContenderKind;
  /** The npm package behind it, whose version is published; null where there is none. */
  readonly library: string | null;
  /** `session`, `batch`, `cloned`, `shared`, `sharded`, … : how the work is written. Arms of one form are compared first with each other. */
  readonly form: string;
  /** The numbers of threads that it is measured with, an arm each. */
  readonly workerShares: readonly WorkerShare[];
  /** The calling thread runs sessions too while its workers do. Default false; without workers it is the only one. */
  readonly callerTakesPart?: boolean;
  /** What is configured, and why that is the best that was found for it. One or two sentences. */
  readonly justification: string;
  /** Said of it wherever it is listed: `unmaintained since 2024`. */
  readonly remark?: string;
  /** Why it has no such workload; undefined if it has. */
  reasonAgainst(workload: ComparedWorkload, arith: Arith): string | undefined;
  /** Starts threads, makes all sessions as they are before tick 0. Rejects with what went wrong; then nothing is left behind. */
  open(setup: ArmSetup, sink: PacketSink): Promise<Arm>;
}

/** Where an arm hands over what its sessions sent, in any order, before its `tick` is over. The harness's, outside of the contender: it counts and adds up. */
export interface PacketSink {
  /** One packet of W2: `words` has its payload, four words from `start`. */
  take(words: Int32Array | Uint32Array, start: number): void;
}

/** Packets for a tick, one for each rank of `ranks`, or for every session in order where that is null. */
export interface InboundPackets {
  readonly ranks: Uint32Array | null;
  /** Payloads of 8 words each, in the order of the ranks. The memory belongs to the harness and is written anew each tick. */
  readonly words: Int32Array;
  readonly count: number;
}

/** Where a thread ends that is made to end. */
export const THREAD_DEATHS = ['in an update', 'in a task', 'between ticks'] as const;
export type ThreadDeath = (typeof THREAD_DEATHS)[number];

/** Sessions that live, as the harness drives them. All calls come from one thread, one after the other. */
export interface Arm {
  /**
   * Runs tick `t`, 0, 1, …: delivers the packets, updates every session that is awake, hands over what they sent. It is over when all that is done: packets are
   * counted then.
   */
  tick(t: number, inbound: InboundPackets | null): void | Promise<void>;
  /**
   * Every session as it is now, by ascending account id: copied from wherever the arm keeps it. Not timed, and no place for the work of ticks: it is called twice,
   * and what both took, and gave, is compared.
   */
  sessions(): Iterable<FinalSession> | Promise<Iterable<FinalSession>>;
  /** Gives back threads and memory. Bounded. */
  close(): Promise<void>;
  /** Goes on with another number of threads, nothing lost; absent where the contender cannot. */
  resize?(workers: number): Promise<void>;
  /**
   * Makes one of its threads end as by `process.exit` in a session, and resolves when it is gone; the next tick is then asked for. What that tick does, and
   * whether sessions are lost, is measured from outside. Absent where there are no threads.
   */
  killThread?(): Promise<void>;
  /** Where a thread that `killThread` ends is then: where nothing is said, in a task of its library. */
  readonly death?: ThreadDeath;
  /** Ranks of the sessions that it has put aside, and named, since it was opened: whose update was half done, and who are updated no more. */
  putAside?(): readonly number[];
}

/** A session's state as far as it counts. */
export interface FinalSession extends CheckedFields {
  readonly updateCount: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Of payloads. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What a session of W5 has. */
export interface Belongings {
  readonly title: string;
  readonly inventory: ReadonlyMap<string, number>;
  readonly journal: readonly JournalEntry[];
}

export interface JournalEntry {
  readonly at: number;
  readonly note: string;
}
