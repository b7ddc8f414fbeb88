/** What a record begins with: layout and reasons in record/README.md. */
export const RECORD_VERSION = 1;

/** Bytes of a record's header: version, shape, sections, account, checksum. The length of what follows it comes next, in 1…5 bytes. */
export const HEADER_BYTES = 12;
/** First byte of each of the header's fields. All numbers are little-endian. */
export const HeaderAt = { version: 0, shape: 1, sections: 2, account: 4, checksum: 8 } as const;
/** The shortest record there can be: header, a length, and four numbers of the body. */
export const LEAST_RECORD_BYTES = HEADER_BYTES + 6;

/**
 * Bits of the header's `sections`, in the order in which sections lie in the body. What a bit does not announce is as in a new session. `packed` is none:
 * it says how the fields are written; `counting` stands before the fields.
 */
export const Section = {
  group: 1 << 0,
  traffic: 1 << 1,
  faults: 1 << 2,
  marks: 1 << 3,
  random: 1 << 4,
  timers: 1 << 5,
  wake: 1 << 6,
  requests: 1 << 7,
  texts: 1 << 8,
  data: 1 << 9,
  inbound: 1 << 10,
  outbound: 1 << 11,
  mailbox: 1 << 12,
  outbox: 1 << 13,
  packed: 1 << 14,
  counting: 1 << 15,
} as const;

/** What a record tells without the behaviour's layout. */
export interface RecordHead {
  readonly accountId: number;
  /** Number of its behaviour's shape: of the behaviour itself, unless its store outlives the process. */
  readonly shape: number;
  readonly incarnation: number;
  readonly mapId: number;
  readonly groupId: number;
  readonly updateCount: number;
  readonly faultCount: number;
  readonly lastActivityMs: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly dropped: number;
  readonly mark: number;
  readonly markBefore: number;
  /** Of a session that was awake: the tick's number less its updates, which go on by the tick. Undefined: they stood still. */
  readonly countsFrom: number | undefined;
}
