import { MAX_TIMERS, NEAR_WORDS, OS_PAGE_WORDS, ROWS, TIMER_WORDS } from './geometry.js';
import type { StateLayout } from './state-layout.js';

/** Bytes of the rings that every session has: powers of two. */
export interface RingSizes {
  /** Of the inbound, and of the outbound ring of packets. */
  readonly ringBytes: number;
  /** Of the mailbox: messages from sessions and from the host, answers. */
  readonly mailboxBytes: number;
  /** Of the outbox: what a session asks of others during an update, taken by the host when the tick ends. */
  readonly outboxBytes: number;
}

/** Where a block's packet rings lie in its buffer, in words. */
export interface RingLayout {
  /** Words of one ring, a power of two. */
  readonly capacity: number;
  readonly inboundNear: number;
  readonly inboundFar: number;
  readonly outboundNear: number;
  readonly outboundFar: number;
}

/** Where the 64 rings of records of one kind lie, in words: row r's near part at `near + r × 64`, its far part behind. */
export interface RecordRingLayout {
  readonly capacity: number;
  /** Column of cursors. */
  readonly cursors: number;
  readonly near: number;
  readonly far: number;
}

/**
 * What sessions have beside state and packets, in words. Untouched until it is used: whoever clears a word looks first whether it
 * is 0 already, so that a page nobody needs is never written.
 */
export interface ServiceLayout {
  readonly mailbox: RecordRingLayout;
  readonly outbox: RecordRingLayout;
  /** Columns of u32: requests a session has made so far. */
  readonly asked: number;
  /** Column: of those, how many have no answer yet. */
  readonly unanswered: number;
  /** Four columns: the state of a session's stream of random numbers; all 0 before its first. */
  readonly random: number;
  readonly timers: TimerLayout;
}

/** Where timers lie, in words; doubles lie at even words. */
export interface TimerLayout {
  /** Column: timers pending in the lower half, periods among them in the upper half. */
  readonly counts: number;
  /** Column: most timers that the row ever had, whoever's they were. */
  readonly highs: number;
  /** Column of doubles: simulated time at which the first single timer is due, one of 64 at word `dues + 2 r`. Meaningless while there is none. */
  readonly dues: number;
  /** Column of doubles: simulated time at which the session must be awake; all bits 0 is none. */
  readonly wakes: number;
  /** Timer k of row r: at `list + (k × 64 + r) × TIMER_WORDS`. Four timers of all 64 rows are a page of the operating system. */
  readonly list: number;
}

/** Where everything lies in the buffer of a behaviour's blocks. */
export interface BlockLayout {
  readonly state: StateLayout;
  readonly rings: RingLayout;
  readonly services: ServiceLayout;
  /** First byte of the published columns as they stood when the tick began; as many as `state.publishedBytes`. */
  readonly snapshot: number;
  /** First byte of what variable-size values need beyond their near parts; `state.farBytes`. */
  readonly stateFar: number;
  readonly bufferBytes: number;
}

const CACHE_LINE_WORDS = 16;

/**
 * Places state, rings and services of 64 sessions. What most sessions touch lies together; what few do (far parts) lies behind, each
 * kind from a page of the operating system on: pages that nobody touches cost nothing.
 */
export function layOutBlock(state: StateLayout, { ringBytes, mailboxBytes, outboxBytes }: RingSizes): BlockLayout {
  let at = 0;
  const take = (words: number, multiple = CACHE_LINE_WORDS): number => {
    const start = roundUp(at, multiple);
    at = start + words;
    return start;
  };
  const near = ROWS * NEAR_WORDS;
  const capacity = ringBytes / 4;
  const far = (ringWords: number): number => take(ROWS * (ringWords - NEAR_WORDS), OS_PAGE_WORDS);

  take(state.coldBytes / 4);
  const snapshot = take(state.publishedBytes / 4) * 4;
  const inboundNear = take(near);
  const outboundNear = take(near);
  // From here on: nothing, unless a session uses it.
  const columns = take(COLUMNS * ROWS, OS_PAGE_WORDS);
  const column = (index: number): number => columns + index * ROWS;
  const mailboxNear = take(near);
  const outboxNear = take(near);
  const rings = { capacity, inboundNear, outboundNear, inboundFar: far(capacity), outboundFar: far(capacity) };
  const services: ServiceLayout = {
    mailbox: { capacity: mailboxBytes / 4, cursors: column(0), near: mailboxNear, far: far(mailboxBytes / 4) },
    outbox: { capacity: outboxBytes / 4, cursors: column(1), near: outboxNear, far: far(outboxBytes / 4) },
    asked: column(2),
    unanswered: column(13),
    random: column(3),
    timers: {
      counts: column(7),
      highs: column(8),
      dues: column(9),
      wakes: column(11),
      list: take(ROWS * MAX_TIMERS * TIMER_WORDS, OS_PAGE_WORDS),
    },
  };
  const stateFar = take(state.farBytes / 4, OS_PAGE_WORDS) * 4;
  return { state, rings, services, snapshot, stateFar, bufferBytes: roundUp(at, OS_PAGE_WORDS) * 4 };
}

/** Columns of 64 words that services have. */
const COLUMNS = 14;

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
