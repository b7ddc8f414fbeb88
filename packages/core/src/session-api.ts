import type { Behavior } from './behavior.js';
import type { Data, Field, FieldArray, ReadonlyFieldArray } from './layout/field.js';
import type { Fields } from './layout/state-layout.js';
import type { TypedViews } from './memory/block.js';
import type { Packet, PacketWriter } from './memory/packet-view.js';

/** Fields that are objects are read-only properties: what is in them changes, they themselves are not replaced. */
// biome-ignore lint/suspicious/noExplicitAny: data of any type
type ObjectField = FieldArray<number> | FieldArray<bigint> | Data<any>;

/** The state of a session as its behaviour and its host see it: one property a field. */
export type StateOf<F extends Fields> = {
  -readonly [K in keyof F as F[K] extends Field<infer T> ? (T extends ObjectField ? never : K) : never]: F[K] extends Field<infer T>
    ? T
    : never;
} & {
  readonly [K in keyof F as F[K] extends Field<infer T> ? (T extends ObjectField ? K : never) : never]: F[K] extends Field<infer T>
    ? T
    : never;
};

/** The tick being run. Simulated time only: nothing a session sees depends on the clock on the wall. */
export interface TickInfo {
  /** 1 for the manager's first tick. */
  readonly number: number;
  /** Simulated time: the manager's `startTimeMs` plus the sum of all diffs so far, this tick's included. */
  readonly nowMs: number;
  /** This tick's diff. */
  readonly diffMs: number;
}

/**
 * A session inside a call of its behaviour. One object serves all sessions of a thread in turn: it and everything taken from it
 * are dead when the call returns (methods then throw `ERR_SESSION_PARKED`; fields read as undefined).
 */
export interface Session<F extends Fields = Fields> {
  readonly accountId: number;
  readonly mapId: number;
  readonly groupId: number;
  /** Ticks in which this session was updated, this one included. */
  readonly updateCount: number;
  readonly tick: TickInfo;
  readonly state: StateOf<F>;
  /** Takes the next inbound packet, or null when there is none. The packet is valid until the next `receive()`. */
  receive(): Packet | null;
  /**
   * Queues a packet for the host, who gets it when the tick ends. False, counted as dropped, when the outbound ring is full.
   * `opcode` is 0…65 535. Throws `ERR_PACKET_TOO_LARGE` when `payload` could never fit (see `ringBytes`).
   */
  send(opcode: number, payload?: Uint8Array): boolean;
  /**
   * As {@link send}, but hands back the packet's place in the ring to be written there; null when the ring is full. If the update
   * throws before anything else is sent, the packet is withdrawn.
   */
  claim(opcode: number, payloadBytes: number): PacketWriter | null;

  // ------------------------------------------------------------------------------------------- time and chance

  /**
   * True once for each `periodMs` (integer 1…2 147 483 647) of simulated time that has passed: the first time one period after the
   * first call. Periods that passed while nobody asked count once, and the next ends where it would have. One timer for each different
   * period, which stays for as long as the session. Throws `ERR_TIMER_LIMIT` when a new one finds 64 timers pending.
   */
  every(periodMs: number): boolean;
  /**
   * Arms timer `id` (0…65 535) to be due in `delayMs` (≥ 0, finite) of simulated time; 0: at once, in this very update. One that is
   * pending is replaced. Throws `ERR_TIMER_LIMIT`, nothing changed, when 64 timers are pending, periods included.
   */
  after(delayMs: number, id?: number): void;
  /** True once when timer `id` is due, at or after its time. One that nobody asks for stays due. */
  due(id?: number): boolean;
  /** Takes the timer that was due first, by time, then id; null when none is. One compare while none is. */
  takeDue(): number | null;
  /** Disarms timer `id`; false if it was not pending. */
  cancel(id?: number): boolean;
  /** Has the session updated at simulated time `atMs` at the latest, even if it sleeps then. One time a session; Infinity: none. */
  wakeAt(atMs: number): void;
  /**
   * The next number of the session's own stream, 0 ≤ r < 1, 53 bits (sfc32). Decided by the manager's `seed` and the account id alone.
   */
  random(): number;

  // ------------------------------------------------------------------------------------------------------ others

  /**
   * Sends a message to another session, or to itself: it is there in the receiver's next update. Messages arrive in the order of tick,
   * sender's account, sequence, whatever thread ran whom first. `opcode` is 0…65 535. False, counted as dropped, when this session's
   * outbox is full. What becomes of it stands in the tick's report: delivered, no such receiver, receiver's mailbox full. A session in
   * quarantine keeps its messages. What an update has sent, or asked for, before it throws is carried out. Throws `ERR_INVALID_ARGUMENT`,
   * and `ERR_PACKET_TOO_LARGE` when `payload` could never fit (see `outboxBytes`, `mailboxBytes`).
   *
   * In hooks: what a `create` hook sends is carried out when the next tick ends, what a `release` hook sends at once.
   */
  sendTo(accountId: number, opcode: number, payload?: Uint8Array): boolean;
  /**
   * Takes the next message, or null when there is none. Valid until the next `receiveMessage()`. Messages nobody takes stay, until the
   * mailbox is full.
   */
  receiveMessage(): Message | null;
  /**
   * A session's `published` fields as they stood when this tick began: the same for whoever asks, itself too, whatever ran since. Null when
   * there is no such session, or it follows another behaviour than `behavior` (default: this session's own). Valid until the call returns;
   * each call takes another view.
   *
   * Throws `ERR_BEHAVIOR_INVALID` for a behaviour that publishes nothing, `ERR_BEHAVIOR_UNKNOWN` for one that the manager does not run, and
   * `ERR_SESSION_HOOK` in hooks, which run between ticks.
   */
  peer(accountId: number): Peer<F> | null;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it is created with
  peer<P extends Fields>(accountId: number, behavior: Behavior<P, any>): Peer<P> | null;
  /**
   * The same for all sessions on this session's map but itself, those in quarantine too, ascending by account id. One view serves them in
   * turn: take out of it what you keep. Throws as {@link peer}.
   */
  peers(): Iterable<Peer<F>>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it is created with
  peers<P extends Fields>(behavior: Behavior<P, any>): Iterable<Peer<P>>;
  /**
   * What the host has given all sessions by `manager.shared(name, …)` or option `shared`: a view of shared memory, to be read only. The same
   * object at each call in a thread until the host replaces it, so that what is made of it can be kept beside it, in a `WeakMap`. Throws
   * `ERR_SHARED_UNKNOWN`, naming what there is.
   */
  shared<T = ArrayBufferView>(name: string): T;

  // ----------------------------------------------------------------------------------------------- asking the host

  /**
   * Asks the host, whose `manager.handle(topic, …)` answers in its own time. Returns the request's number, 1 and on in each session, or
   * 0, counted as dropped, when the outbox is full or 64 requests have no answer yet. `topic` is 1…255 bytes of UTF-8, `value` anything
   * the manager's `codec` takes. Throws `ERR_VALUE_TOO_LARGE` when the value could never fit (see `outboxBytes`).
   */
  ask(topic: string, value?: unknown): number;
  /**
   * The answers to this topic that have arrived, in order of arrival, each taken as it is reached: what a loop does not reach stays.
   * Each request gets exactly one answer, in the next tick at the earliest. To be iterated in the call it was taken in.
   */
  answers<T = unknown>(topic: string): Iterable<Answer<T>>;
  /**
   * Asks for a session to be created when the tick ends, with this session's behaviour, and the map and group it then has, unless told
   * otherwise. False when the outbox is full. What cannot be done stands in the tick's `refused`. Requests of sessions are carried out in the order of
   * messages.
   */
  spawn(accountId: number, init?: unknown, options?: SpawnOptions): boolean;
  /**
   * Asks for this session to be released when the tick ends. What it has asked for others, before or after in the same update, is carried
   * out all the same. False when the outbox is full.
   */
  releaseSelf(): boolean;
  /** Asks for this session to be on another map (u32) when the tick ends. False when the outbox is full. */
  setMap(mapId: number): boolean;
  /** Asks for this session to be in another group (u32) when the tick ends. False when the outbox is full. */
  setGroup(groupId: number): boolean;
  /**
   * Logs a message to the manager's logger, with account and tick, when the tick ends; dropped, and counted, when the
   * outbox is full. Cut off where no outbox could hold it.
   */
  log(message: string, level?: LogLevel): void;
}

/** A message from another session: a packet with a sender. */
export interface Message extends Packet {
  /** Account id of the session that sent it; 0: the host, by `manager.broadcast`. */
  readonly sender: number;
}

/** What became of a request: the handler's answer, or why there is none. */
export type Answer<T = unknown> =
  | { readonly id: number; readonly topic: string; readonly status: 'ok'; readonly value: T }
  | { readonly id: number; readonly topic: string; readonly status: AnswerFailure; readonly error: string };

/**
 * `error`: the handler threw. `timeout`: it took longer than its `timeoutMs`. `full`: more than `maxQueued` requests were waiting.
 * `unhandled`: the topic has no handler. `too-large`: the answer does not fit into a mailbox.
 */
export type AnswerFailure = 'error' | 'timeout' | 'full' | 'unhandled' | 'too-large';

/** How a session spawned by another begins. */
export interface SpawnOptions {
  /** Name of one of the manager's behaviours. Default: that of the session that asks. */
  readonly behavior?: string;
  /** u32. Default: that of the session that asks. */
  readonly mapId?: number;
  readonly groupId?: number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Another session as it stood when the tick began. */
export interface Peer<F extends Fields = Fields> {
  readonly accountId: number;
  readonly mapId: number;
  readonly groupId: number;
  /** Its published fields; the others are not there. */
  readonly state: PublishedOf<F>;
}

/** Fields declared `published`, to be read. */
export type PublishedOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends { readonly published: true } ? K : never]: F[K] extends Field<infer T> ? ReadOnly<T> : never;
};

type ReadOnly<T> = T extends FieldArray<infer E> ? ReadonlyFieldArray<E> : T;

/**
 * Rows of one block: what {@link BehaviorDefinition.updateBatch} works on. Dead when the call returns. It is itself the block's columns,
 * one view for each element type that a field has (`batch.f32`, `batch.u32`, …); the others may be empty.
 */
export interface SessionBatch<F extends Fields = Fields> extends TypedViews {
  /** Rows `begin … end − 1` of the block: every one of them is active, and no other is touched. At most 64. */
  readonly begin: number;
  readonly end: number;
  readonly tick: TickInfo;
  /**
   * Where each field's column begins: row r of field x is element `at.x + r` of the view of its type (element k of an array
   * field: `at.x + r * length + k`). The same for every batch of the behaviour. Data fields have no columns.
   */
  readonly at: { readonly [K in keyof F as F[K] extends { readonly kind: 'data' } ? never : K]: number };
  /** The columns of fields declared `hot`, likewise. */
  readonly hot: TypedViews;
  /** Points the batch's one session object at a row, for packets, ids and fields that are not worth a column loop. */
  session(row: number): Session<F>;
}
