import type { ArmSetup, ThreadDeath } from './contender.js';
import type { ThreadLoss } from './thread-loss.js';

/** What an arm's process is asked to do, one request at a time; it answers each. */
export type ArmRequest =
  | { readonly kind: 'open'; readonly contender: string; readonly setup: ArmSetup; readonly modules: readonly string[] }
  | { readonly kind: 'warm-up'; readonly forMs: number; readonly leastTicks: number; readonly mostTicks: number }
  | { readonly kind: 'round'; readonly ticks: number; readonly leadTicks?: number }
  | { readonly kind: 'finish' }
  | { readonly kind: 'resize'; readonly workers: number }
  | { readonly kind: 'lose-thread'; readonly boundMs: number }
  | { readonly kind: 'idle'; readonly forMs: number }
  | { readonly kind: 'close' };

export type RequestOf<Kind extends ArmRequest['kind']> = Extract<ArmRequest, { readonly kind: Kind }>;

/** What it answers with, by kind of request. */
export interface ArmAnswers {
  readonly open: Opened;
  readonly 'warm-up': WarmUp;
  readonly round: Round;
  readonly finish: ArmFinished;
  readonly resize: Took;
  readonly 'lose-thread': ThreadLoss;
  readonly idle: Idle;
  readonly close: Took;
}

export type ArmReply<Kind extends keyof ArmAnswers = keyof ArmAnswers> =
  | { readonly kind: Kind; readonly answer: ArmAnswers[Kind] }
  | { readonly kind: Kind; readonly error: string };

/** How long the contender's own part of it took. */
export interface Took {
  readonly ms: number;
}

export interface Opened extends Took {
  /** Which of the lifecycle's requests it can answer. */
  readonly canResize: boolean;
  /** Null where it cannot end a thread. */
  readonly death: ThreadDeath | null;
}

export interface WarmUp {
  readonly ticks: number;
  /** Of its later half. */
  readonly typicalUs: number;
}

export interface Round {
  /** Every tick, in order. */
  readonly ticksUs: Float64Array;
  /** All threads of the process, while its ticks were timed. */
  readonly cpuUs: number;
}

/** All that an arm did since it was opened, as the harness counted it, or computed it from every session's final state. */
export interface Work {
  readonly ticks: number;
  readonly updates: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Packets that were handed over; the sessions themselves say that they sent `packetsOut`. */
  readonly packetsTaken: number;
  /** Of payloads, as the sessions say. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** u32. */
  readonly checksum: number;
  /** u32. */
  readonly egressSum: number;
}

export interface Finished extends Work {
  /** Null where the system does not tell. */
  readonly rssBytes: number | null;
}

/** Of an arm's process, which can always tell. */
export interface ArmFinished extends Finished {
  readonly rssBytes: number;
}

export interface Idle {
  readonly wallUs: number;
  readonly cpuUs: number;
}
