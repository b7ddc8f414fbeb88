import type { DormouseError } from './errors.js';
import type { Discarded } from './session/discarded.js';

/**
 * An update that threw, or returned a promise, or did not come to its end because its thread did (`ERR_SESSION_INTERRUPTED`). The session
 * keeps what it had written so far.
 */
export interface SessionFault {
  readonly accountId: number;
  /** Number of the tick. */
  readonly tick: number;
  /** What was thrown, as it was thrown: the stack is the behaviour's. */
  readonly error: unknown;
  /** Faults of the session so far, this one included, up to 255. */
  readonly faults: number;
  /** True when this one put it into quarantine. */
  readonly quarantined: boolean;
  /** Of an interrupted session alone: its outbound packets and what was in its outbox. They are gone. */
  readonly discarded?: Discarded;
}

/**
 * Something that could not be done when the tick had ended: the host had asked for it while the tick was in flight, or a session had
 * inside its update.
 */
export interface RefusedRequest {
  /**
   * `spawn`, `ask` and `log` are of sessions alone, `setMap`, `setGroup` and `release` of either. `wake`: whoever asked for it, by way of a packet or
   * a message perhaps, the session sleeps on; `hibernate`: its hook threw, or the host had asked for it in vain.
   */
  readonly request:
    | 'create'
    | 'release'
    | 'push'
    | 'setMap'
    | 'setGroup'
    | 'touch'
    | 'revive'
    | 'wake'
    | 'hibernate'
    | 'configure'
    | 'broadcast'
    | 'spawn'
    | 'ask'
    | 'log';
  /** 0 where the request names no one account. */
  readonly accountId: number;
  /** Account of the session that asked; not there when it was the host. */
  readonly requestedBy?: number;
  readonly error: DormouseError;
}

/** What one `updateAllSessions` did. Times are wall-clock µs. */
export interface TickReport {
  /** Number of the tick, from 1. */
  readonly tick: number;
  /** Simulated time after it, ms. */
  readonly nowMs: number;
  readonly diffMs: number;
  /** Sessions updated, those that failed included. */
  readonly sessions: number;
  readonly batches: number;
  readonly faults: readonly SessionFault[];
  /** What the host had queued, and what sessions had asked for, that could not be carried out. */
  readonly refused: readonly RefusedRequest[];
  /** Packets pushed to sessions since the last tick's report. */
  readonly packetsIn: number;
  /** Packets handed to the host since the last tick's report. */
  readonly packetsOut: number;
  /** Messages put into mailboxes since the last tick's report: those of sessions, then those of the host's broadcasts. */
  readonly messagesDelivered: number;
  /** Messages for accounts that had no session when they were to be delivered. They are gone. */
  readonly messagesUnknown: number;
  /** Messages that found a mailbox full. They are gone, and counted as dropped by the session that would have got them. */
  readonly messagesFull: number;
  /** Sessions spawned and released, maps and groups changed, because sessions had asked for it, since the last tick's report. */
  readonly requestsApplied: number;
  /** Sessions that fell asleep, and sessions that woke, since the last tick's report. */
  readonly fellAsleep: number;
  readonly woke: number;
  /** Requests to the host's handlers taken from sessions when the tick ended. */
  readonly asked: number;
  /** Answers put into mailboxes when it began. */
  readonly answered: number;
  /** Preparing the round: list of blocks, masks. */
  readonly ingestUs: number;
  /** The parallel update alone. */
  readonly updateUs: number;
  /** Handing outbound packets to `onPacket`. */
  readonly egressUs: number;
  /** Faults, messages and requests of sessions, queued requests of the host, falling asleep and storing, metrics. */
  readonly maintenanceUs: number;
  /** All of it. */
  readonly tickUs: number;
}

export const NO_FAULTS: readonly SessionFault[] = Object.freeze([]);
export const NO_REFUSALS: readonly RefusedRequest[] = Object.freeze([]);

/** What a disabled manager reports. */
export const NO_TICK: TickReport = Object.freeze({
  tick: 0,
  nowMs: 0,
  diffMs: 0,
  sessions: 0,
  batches: 0,
  faults: NO_FAULTS,
  refused: NO_REFUSALS,
  packetsIn: 0,
  packetsOut: 0,
  messagesDelivered: 0,
  messagesUnknown: 0,
  messagesFull: 0,
  requestsApplied: 0,
  fellAsleep: 0,
  woke: 0,
  asked: 0,
  answered: 0,
  ingestUs: 0,
  updateUs: 0,
  egressUs: 0,
  maintenanceUs: 0,
  tickUs: 0,
});
