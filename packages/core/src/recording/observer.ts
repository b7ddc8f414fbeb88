import type { BroadcastTarget } from '../session/broadcast-target.js';

/** A session that the host creates. */
export interface Creation {
  readonly accountId: number;
  readonly host: { readonly behaviorIndex: number };
  readonly mapId: number;
  readonly groupId: number;
  readonly init: unknown;
}

/** What a change of one session is. */
export type SessionChange = 'setMap' | 'setGroup' | 'touch' | 'revive' | 'hibernate' | 'wake';

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
  /** About to be done; `failed` follows if it comes to nothing. */
  creating(creation: Creation): void;
  /** A session comes from elsewhere, as this account: about to be done; `failed` follows if it comes to nothing. */
  importing(accountId: number, mapId: number, groupId: number, blob: Uint8Array): void;
  failed(accountId: number): void;
  /** About to be done. */
  releasing(accountId: number): void;
  changed(change: SessionChange, accountId: number, value: number): void;
  /** `isDelivered`: false when the ring was full. */
  pushed(accountId: number, opcode: number, payload: Uint8Array, start: number, length: number, isDelivered: boolean): void;
  /** Elements `start … start + count − 1` of a field of a session in this slot have been written by the host. */
  written(slot: number, field: string, start: number, count: number): void;
  /** About to be done. */
  broadcasting(target: BroadcastTarget, opcode: number, payload: Uint8Array): void;
  /** About to be done, because the host has asked for it. */
  hibernatingInactive(): void;
  thresholdSet(minutes: number): void;
  /** A session was not created: no slot was free while sleepers' rows were not stored, or there was no memory. Decided by no input. */
  noSlot(accountId: number): void;
  /** About to take a slot for a new session: true if there was none when this was recorded. */
  hadNoSlot(accountId: number): boolean;
  /** It sleeps on, or for ever: there was no memory for it, or its record cannot be read. Decided by no input. */
  notWoken(accountId: number, error: Error): void;
  limited(maxConcurrentSessions: number): void;
  batchSized(updateBatchSize: number): void;
  shared(name: string, view: ArrayBufferView): void;
  /** The host takes outbound packets, until `drained`; each packet is a moment. */
  draining(): void;
  drained(count: number, isCut: boolean): void;
  /** A tick begins: time has advanced. */
  ticking(tick: number, diffMs: number): void;
  /** What the host has asked for meanwhile is about to be carried out. */
  settling(): void;
  /** The tick's work is done. */
  ticked(schedulerFailed: boolean): void;
  /** In its place: these sessions' updates did not come to their end. What they have done is decided by no input. */
  interrupted(accountIds: readonly number[]): void;
  /** The manager is shut down. */
  stopped(): void;
}

/** Where a manager's parts find who observes it, if anybody does. */
export interface InputTap {
  observer: InputObserver | undefined;
}
