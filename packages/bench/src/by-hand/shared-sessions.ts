import { INBOUND_BYTES, INBOUND_OPCODE, INBOUND_WORDS, OUTBOUND_BYTES } from '../arithmetic/packets.js';
import type { ArmSetup, InboundPackets, PacketSink } from '../compare/contender.js';
import { type Columns, columnsOf } from '../floor/columns.js';
import { stepsOf } from '../workloads.js';
import { getsPackets } from './bot.js';

/** Sessions a batch that is claimed. */
export const CLAIM = 64;

/** Opcode and length, then the payload. */
export const OUTBOX_WORDS = 1 + OUTBOUND_BYTES / 4;
const INBOUND_HEADER = INBOUND_OPCODE | (INBOUND_BYTES << 16);

/** Sessions in memory that all threads see. During a tick each thread writes to what belongs to its sessions, between ticks the host alone writes. */
export interface SharedSessions {
  readonly columns: Columns;
  /** W2 and W8. */
  readonly mail: SharedMail | null;
  /** Ranks of those that are awake. */
  readonly awake: Uint32Array;
  /** One word: the next batch that nobody has claimed. */
  readonly nextBatch: Int32Array;
}

/** Room for one packet a session and tick in each direction: the workloads have no more. */
export interface SharedMail {
  /** Payloads of what has come, in that order. */
  readonly inbox: Int32Array;
  /** Where in `inbox` the payload for a rank begins; −1: none. */
  readonly inboxAt: Int32Array;
  /** Its opcode and length. */
  readonly inboxHeader: Int32Array;
  /** The record of rank i begins at `i * OUTBOX_WORDS`; 0 in place of opcode and length: none. */
  readonly outbox: Int32Array;
  /** The same words, for payloads of floats. */
  readonly outboxFloats: Float32Array;
  /** Health between draining and moving. */
  readonly healed: Float64Array;
  readonly packetsIn: Uint32Array;
  readonly packetsOut: Uint32Array;
  readonly bytesIn: Uint32Array;
  readonly bytesOut: Uint32Array;
}

export function sharedSessionsOf({ workload, sessions }: ArmSetup): SharedSessions {
  return {
    columns: columnsOf(sessions, (rank) => stepsOf(workload, rank, sessions)),
    mail: getsPackets(workload) ? mailOf(sessions) : null,
    awake: new Uint32Array(new SharedArrayBuffer(sessions * 4), 0, sessions),
    nextBatch: new Int32Array(new SharedArrayBuffer(4), 0, 1),
  };
}

function mailOf(sessions: number): SharedMail {
  const words = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(count * 4), 0, count);
  const counters = (): Uint32Array => new Uint32Array(new SharedArrayBuffer(sessions * 4), 0, sessions);
  const outbox = words(sessions * OUTBOX_WORDS);
  return {
    inbox: words(sessions * INBOUND_WORDS),
    inboxAt: words(sessions).fill(-1),
    inboxHeader: words(sessions),
    outbox,
    outboxFloats: new Float32Array(outbox.buffer, 0, outbox.length),
    healed: new Float64Array(new SharedArrayBuffer(sessions * 8), 0, sessions),
    packetsIn: counters(),
    packetsOut: counters(),
    bytesIn: counters(),
    bytesOut: counters(),
  };
}

/** The host's, before a tick: all payloads at once, which takes a sixth of the time of one after the other. */
export function post({ inbox, inboxAt, inboxHeader }: SharedMail, { ranks, words, count }: InboundPackets): void {
  inbox.set(words.subarray(0, count * INBOUND_WORDS));
  for (let i = 0; i < count; i++) {
    const rank = ranks === null ? i : ranks[i];
    inboxAt[rank] = i * INBOUND_WORDS;
    inboxHeader[rank] = INBOUND_HEADER;
  }
}

/** The host's, after a tick: takes every record. */
export function collect({ outbox }: SharedMail, sink: PacketSink): void {
  for (let at = 0; at < outbox.length; at += OUTBOX_WORDS) {
    if (outbox[at] === 0) continue;
    outbox[at] = 0;
    sink.take(outbox, at + 1);
  }
}
