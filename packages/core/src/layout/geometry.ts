/**
 * Where every word of the shared memory lies. Pure numbers: nothing here reads or writes.
 *
 * A *block* is 64 sessions (rows). It has a part of each of the session table's column regions (8 KiB together, in the one shared WebAssembly
 * memory: what the host and the kernels read of every session) and a *buffer* of its own (user state and packet rings,
 * given back to the operating system when the block is dropped).
 */

/** Sessions a block. The unit of allocation and of giving memory back. */
export const ROWS = 64;
export const ROW_BITS = 6;
export const ROW_MASK = ROWS - 1;

/** Account ids are u32; 0 is the specification's placeholder. */
export const MAX_ACCOUNT_ID = 0xffff_ffff;

/**
 * What a slot holds. Values of the table's `state` bytes; 0 is what untouched memory reads as. `hibernating`: asleep, its row yet to be stored;
 * `waking`: its row is being filled from its record. (A session that is *hibernated* has no slot.) Every transition is in
 * hibernation/README.md.
 */
export const SlotState = { free: 0, active: 1, quarantined: 2, hibernating: 3, waking: 4 } as const;
export type SlotState = (typeof SlotState)[keyof typeof SlotState];

// ----------------------------------------------------------------------------------------------- the table's columns

/*
 * What passes over all sessions together lies together (decision 0025): in each region block follows block, so that a pass over it reads memory from one
 * end to the other. Each block's part is a whole number of cache lines.
 */

/** Bytes of a block's page: the columns of {@link Column}. */
export const PAGE_BYTES = 7 * ROWS * 4;
export const PAGE_WORDS = PAGE_BYTES / 4;
/** Bytes of a block's counters: the columns of {@link Traffic}. */
export const TRAFFIC_BYTES = 7 * ROWS * 4;
export const TRAFFIC_WORDS = TRAFFIC_BYTES / 4;
/** Bytes of a block's times of last activity: an f64 a row, the simulated ms of its last packet either way. */
export const ACTIVITY_BYTES = ROWS * 8;
/** Bytes of a block's hot fields, the user's (R-10: in reach of kernels). */
export const HOT_BYTES = 4096;
/** A session's hot fields together: at most this many bytes. */
export const HOT_BYTES_PER_SESSION = HOT_BYTES / ROWS;

/** First word of each column in a page; row r of a column is at `column + r`. All i32. */
export const Column = {
  account: 0 * ROWS,
  map: 1 * ROWS,
  group: 2 * ROWS,
  /** Number of the creation that filled the row, never used twice: the row's generation. 0: free. */
  incarnation: 3 * ROWS,
  /** Tick number minus update count while active; minus the update count (≤ 0) while not. */
  updateBias: 4 * ROWS,
  /** Ring cursors, see memory/ring-cursors.ts. */
  inbound: 5 * ROWS,
  outbound: 6 * ROWS,
} as const;

/** The same of what is counted of each session. All u32. */
export const Traffic = {
  packetsIn: 0 * ROWS,
  packetsOut: 1 * ROWS,
  bytesIn: 2 * ROWS,
  bytesOut: 3 * ROWS,
  dropped: 4 * ROWS,
  /** Packets either way at the last and the last but one turn of the activity window. */
  mark: 5 * ROWS,
  markBefore: 6 * ROWS,
} as const;

// ------------------------------------------------------------------------------------------------------------- rings

/** The first words of all 64 rings of a block lie together, so that short queues touch few pages (decision 0004). */
export const NEAR_WORDS = 64;
export const NEAR_WORD_BITS = 6;
/** Header of a record that only fills the rest of a part: opcode 0, length 65 535, which no packet can have. */
export const PAD_HEADER = 0xffff_0000 | 0;
/** Words of a ring's cell: room in the table for one short record, see memory/ring-cells.ts (decision 0049). */
export const CELL_WORDS = 12;
/** Bytes of the cells of a block's inbound rings, or of its outbound ones. */
export const BLOCK_CELL_BYTES = ROWS * CELL_WORDS * 4;
/** Longest payload of a record that fits into a cell, bytes. */
export const MOST_CELL_PAYLOAD = (CELL_WORDS - 1) * 4;
/**
 * Cursors of a ring that has one record, in its cell. No ring with records in its parts has these: it would have a word more than the largest ring has room for.
 */
export const IN_CELL = 0x8000_0001 | 0;
/** Cursors of a ring whose record was in its cell and is being handed out: empty, and not rewound. What is sent meanwhile goes elsewhere. */
export const CELL_TAKEN = 0x0001_0001;
export const MIN_RING_BYTES = 1024;
export const MAX_RING_BYTES = 131_072;

/** Words of a record with `payloadBytes` of payload: one header word, the payload padded to whole words. */
export function recordWords(payloadBytes: number): number {
  return (payloadBytes + 7) >> 2;
}

/** Longest payload that always fits into an empty ring. */
export function maxPayloadBytes(ringBytes: number): number {
  return Math.min(ringBytes - (NEAR_WORDS + 1) * 4, 65_532);
}

// ------------------------------------------------------------------------------------------------------------ timers

/** Timers a session can have pending, periods and single ones together. */
export const MAX_TIMERS = 64;
/** Requests a session may have without an answer: what the host keeps for one session is bounded by it. */
export const MAX_UNANSWERED = 64;
/** Words of one timer: a double for when it is due, its key, its period. */
export const TIMER_WORDS = 4;

// ---------------------------------------------------------------------------------------------- regions of the table

/** Participants a table has room for: the calling thread and up to 255 workers. */
export const MAX_PARTICIPANTS = 256;
/** A participant's words lie on a cache line of their own. */
export const PARTICIPANT_WORDS = 16;

/** Batches a round can have: ranges are packed into 16 bits a side. Beyond, batches grow. */
export const MAX_BATCHES = 65_535;
/** Words of the round's header: what the tick is, on one cache line, and the number of the last control message on another. */
export const ROUND_WORDS = 32;

/** Words in which kernels leave what they have come to. */
export const KERNEL_RESULT_WORDS = 16;
/**
 * Words that a list of packets has of each: where its session was last (−1: nowhere), the incarnation that must be there, the first word of its record,
 * and where in the near parts of its block's inbound rings that comes to lie. A power of two.
 */
export const PACKET_WORDS = 4;
/** Senders that a kernel is given at a time: what is listed of more is in memory that can be given back. */
export const MOST_SENDERS_LISTED = 8192;
/** Payload bytes that a kernel is given at a time, and how many behind them it may read in vain. */
export const CHUNK_BYTES = 32_768;
export const CHUNK_SLACK_BYTES = 64;

export const SUBMAPS = 64;
export const SUBMAP_HEADER_WORDS = 16;
const CACHE_LINE = 64;
/** A page of the operating system: memory is what was written to, in these. */
export const OS_PAGE_BYTES = 4096;
export const OS_PAGE_WORDS = OS_PAGE_BYTES / 4;
export const OS_PAGE_WORD_BITS = 10;
const WASM_PAGE = 65_536;

export interface TableRegions {
  /** Sessions the table has room for, a multiple of 64. */
  readonly slotCount: number;
  readonly blockCount: number;
  /** Byte offsets. */
  readonly participants: number;
  readonly round: number;
  readonly batchDone: number;
  readonly batchFrom: number;
  readonly batchList: number;
  readonly activeMasks: number;
  readonly outboundFlags: number;
  readonly outboxFlags: number;
  readonly slotStates: number;
  readonly faultCounts: number;
  readonly kernelResults: number;
  readonly slotList: number;
  readonly packetList: number;
  readonly senderSlots: number;
  readonly senderAccounts: number;
  /** Of packets that are handed out together. */
  readonly sentStarts: number;
  readonly sentOpcodes: number;
  readonly sentLengths: number;
  /** Elements of each of these five: a power of two, {@link MOST_SENDERS_LISTED} at most. */
  readonly senderCapacity: number;
  readonly payloadChunk: number;
  readonly index: number;
  readonly pages: number;
  readonly traffic: number;
  readonly activity: number;
  readonly hot: number;
  readonly inboundCells: number;
  readonly outboundCells: number;
  readonly totalBytes: number;
  readonly submapCapacity: number;
}

/** Lays out a table for up to `ceiling` sessions. Address space only: what nobody touches costs no memory. */
export function tableRegions(ceiling: number): TableRegions {
  const blockCount = Math.ceil(ceiling / ROWS);
  const slotCount = blockCount * ROWS;
  const submapCapacity = submapEntriesFor(slotCount);
  let at = 0;
  const region = (bytes: number): number => {
    const offset = at;
    at += Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
    return offset;
  };
  const participants = region(MAX_PARTICIPANTS * PARTICIPANT_WORDS * 4);
  const round = region(ROUND_WORDS * 4);
  const batchDone = region((MAX_BATCHES + 1) * 4);
  const batchFrom = region((MAX_BATCHES + 1) * 4);
  const batchList = region(blockCount * 4);
  const activeMasks = region(blockCount * 8);
  const outboundFlags = region(blockCount);
  const outboxFlags = region(blockCount);
  const slotStates = region(slotCount);
  const faultCounts = region(slotCount);
  const kernelResults = region(KERNEL_RESULT_WORDS * 4);
  const slotList = region(slotCount * 4);
  const packetList = region(slotCount * PACKET_WORDS * 4);
  const senderCapacity = Math.min(MOST_SENDERS_LISTED, powerOfTwoFrom(slotCount));
  const senderSlots = region(senderCapacity * 4);
  const senderAccounts = region(senderCapacity * 4);
  const sentStarts = region(senderCapacity * 4);
  const sentOpcodes = region(senderCapacity * 2);
  const sentLengths = region(senderCapacity * 2);
  const payloadChunk = region(CHUNK_BYTES + CHUNK_SLACK_BYTES);
  const ofPages = (bytes: number): number => {
    at = wholePages(at);
    return region(bytes);
  };
  // A page of headers, then the submaps' entries: where these take a page or more, a submap touches no page of the next.
  const index = ofPages(SUBMAPS * (SUBMAP_HEADER_WORDS * 4 + submapCapacity * 8));
  const columns = (blockBytes: number): number => ofPages(blockCount * blockBytes);
  const pages = columns(PAGE_BYTES);
  const traffic = columns(TRAFFIC_BYTES);
  const activity = columns(ACTIVITY_BYTES);
  const hot = columns(HOT_BYTES);
  const inboundCells = columns(BLOCK_CELL_BYTES);
  const outboundCells = columns(BLOCK_CELL_BYTES);
  const totalBytes = Math.ceil(at / WASM_PAGE) * WASM_PAGE;
  return {
    slotCount,
    blockCount,
    participants,
    round,
    batchDone,
    batchFrom,
    batchList,
    activeMasks,
    outboundFlags,
    outboxFlags,
    slotStates,
    faultCounts,
    kernelResults,
    slotList,
    packetList,
    senderSlots,
    senderAccounts,
    sentStarts,
    sentOpcodes,
    sentLengths,
    senderCapacity,
    payloadChunk,
    index,
    pages,
    traffic,
    activity,
    hot,
    inboundCells,
    outboundCells,
    totalBytes,
    submapCapacity,
  };
}

/**
 * Entries reserved for one submap: room for twice its share of `keys`, and never fewer than 128. Keys spread by chance: at 64 entries
 * with a share of 32, one set of 2048 accounts in some 50 000 would overfill a submap; from 128 with 64 on, one in 10¹⁰.
 */
function submapEntriesFor(keys: number): number {
  return Math.max(128, powerOfTwoFrom((2 * keys) / SUBMAPS));
}

/** Bytes rounded up to the operating system's pages. */
export function wholePages(bytes: number): number {
  return Math.ceil(bytes / OS_PAGE_BYTES) * OS_PAGE_BYTES;
}

/** The least power of two that is not below `least`. */
export function powerOfTwoFrom(least: number): number {
  let power = 1;
  while (power < least) power *= 2;
  return power;
}
