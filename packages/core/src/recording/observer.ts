import type { BroadcastTarget } from './record-writer.js';

/** A session that the host creates. */
export interface Creation {
  readonly accountId: number;
  readonly host: { readonly behaviorIndex: number };
  readonly mapId: number;
  readonly groupId: number;
  readonly init: unknown;
}

/** An answer as it goes to its session. */
export interface RecordedAnswer {
  readonly accountId: number;
  readonly requestId: number;
  readonly topic: string;
  readonly status: 'ok' | 'error' | 'timeout' | 'full' | 'unhandled' | 'too-large';
  /** The encoded value, or the text of the error. Valid during the call. */
  readonly value: Uint8Array;
}

/** What a change of one session is. */
export type SessionChange = 'setMap' | 'setGroup' | 'touch' | 'revive';

/**
 * Hears of everything that enters a manager from outside, when it takes effect, in that order; what sessions decide themselves is not
 * told. None of its methods throws. Main thread only.
 */
export interface InputObserver {
  /**
   * The host's code may have run, and is done: a hook, a packet handler, a stage of a tick. Moments come in the same order in every run
   * with the same inputs: they say where, inside a tick or a request, an input took effect.
   */
  moment(): void;
  /** About to be done. */
  creating(creation: Creation): void;
  /** About to be done. */
  releasing(accountId: number): void;
  changed(change: SessionChange, accountId: number, value: number): void;
  /** `isDelivered`: false when the ring was full. */
  pushed(accountId: number, opcode: number, payload: Uint8Array, start: number, length: number, isDelivered: boolean): void;
  /** Elements `start … start + count − 1` of a field of a session in this slot have been written by the host. */
  written(slot: number, field: string, start: number, count: number): void;
  /** About to be done. */
  broadcasting(target: BroadcastTarget, opcode: number, payload: Uint8Array): void;
  limited(maxConcurrentSessions: number): void;
  shared(name: string): void;
  /** The host takes outbound packets, until `drained`; each packet is a moment. */
  draining(): void;
  drained(count: number, isCut: boolean): void;
  /** About to be put into the session's mailbox. */
  answering(answer: RecordedAnswer): void;
  /** A tick begins: time has advanced. */
  ticking(tick: number, diffMs: number): void;
  /** What sessions have asked for is about to be carried out, while the host's own requests wait: sessions more then, and who. */
  queued(countChange: number, accounts: ReadonlyMap<number, number>): void;
  /** What the host has asked for meanwhile is about to be carried out. */
  settling(): void;
  /** The tick's work is done. */
  ticked(schedulerFailed: boolean): void;
}

/** Where a manager's parts find who observes it, if anybody does. */
export interface InputTap {
  observer: InputObserver | undefined;
}
