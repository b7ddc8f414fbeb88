/** What a recording's file begins with: its name and, in the last byte, the number of its format. */
export const FORMAT_VERSION = 2;
export const MAGIC = Buffer.from([...Buffer.from('DORMREC'), FORMAT_VERSION]);

/** Before each chunk: how many bytes it has, their CRC-32, and the CRC-32 of these two words. */
export const CHUNK_HEAD_BYTES = 12;

/**
 * Kinds of records. In a record's first byte, beside {@link MOVED}; what follows it is listed with each. `account` is the difference to
 * the account of the record before (zigzag), numbers are varints, `bytes` and `text` have their length before them.
 */
export const RecordKind = {
  /** account, behaviour, map, group, flag: 1 when there is an init value, then its bytes. */
  create: 1,
  /** account */
  release: 2,
  /** account, opcode, bytes. The packet was put into the inbound ring. */
  push: 3,
  /** The same; the ring was full, and the session's dropped count grew. */
  pushFull: 4,
  /** account, map */
  setMap: 5,
  /** account, group */
  setGroup: 6,
  /** account */
  touch: 7,
  /** account */
  revive: 8,
  /** account, field, first element, bytes: what the field then held there. */
  write: 9,
  /** which (1 a map, 2 a group; 4 sleepers are left asleep), their ids, opcode, bytes */
  broadcast: 10,
  /** count: `maxConcurrentSessions` from then on. */
  limit: 11,
  /** The host begins to take outbound packets. What is recorded until `drained` was done by its handler. */
  drain: 12,
  /** count, cut: 1 when the handler threw, which ended it. For `onPacket`, which has no `drain`, only when it threw. */
  drained: 13,
  /** account, request, status, topic (text), bytes */
  answer: 14,
  /** tick, f64 diffMs. What is recorded until `ticked` took effect in the tick. */
  tick: 15,
  /** flags, then the digests. */
  ticked: 16,
  /** name (text), what it is (text): a buffer was shared. */
  share: 17,
  /** account: the creation, or import, begun last for it failed, and left nothing behind. */
  failed: 18,
  /** count: sessions a batch from the next tick on. */
  batchSize: 19,
  /** how many, then their accounts: sessions whose updates in this tick were interrupted. In the place of `ticked`, and the last record. */
  interrupted: 20,
  /** account: it was put to sleep, its `hibernate` hook asked, by the host or by pressure; or tried to be. */
  hibernate: 21,
  /** account: it was woken by what follows. */
  wake: 22,
  /** The host had all sessions put to sleep that had been idle for long enough. */
  hibernateInactive: 23,
  /** minutes: `hibernationThresholdMinutes` from then on. */
  threshold: 24,
  /** account: it got no session, since there was no slot or no memory for one. Behind `create`, or where another session had asked for it. */
  noSlot: 25,
  /** account, map, group, bytes: a session came from elsewhere, by `importSession`. */
  import: 26,
} as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

/** In a record's first byte: the number of moments that have passed since the record before follows. See decision 0012. */
export const MOVED = 0x80;

/** Flags of `ticked`. */
export const TickedFlag = {
  /** The scheduler failed: which sessions were updated is not known. */
  schedulerFailed: 1,
  /** The accounts of those awake follow, ascending; without it they are those of the tick before. */
  accounts: 2,
} as const;

/** Codes of answers' statuses, by their place here. */
export const ANSWER_STATUSES = ['ok', 'error', 'timeout', 'full', 'unhandled', 'too-large'] as const;
