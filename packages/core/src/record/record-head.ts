/**
 * What a durable store gives back of each record without reading it, so that a million sleepers come back by index alone. Little-endian:
 *
 * ```
 * byte 0        4            8     12      16         24          28      29     30     31
 * ├ account ───┼ incarnation ┼ map ┼ group ┼ wakes at ┼ stored at ┼ shape ┼ kind ┼ asks ┼ unsent ┤
 *   u32          i32          u32   u32     f64        u32         u8      u8     u8     u8
 * ```
 *
 * Wakes at: simulated ms, ∞ for never. Asks: 1 if it had requests without an answer. Unsent: 1 if it had sent packets that were not handed out yet. Stored at: seconds since 1970 by the clock on the wall. Shape: number of the behaviour's fields in the store's
 * list (`manager/durable/shapes.ts`), the same as the record's own second byte.
 */
export const HEAD_BYTES = 32;

/** What a session was when its record was written. */
export const RecordKind = { asleep: 0, active: 1, quarantined: 2 } as const;
/** Of a sleeper whose head cannot be: it is left as it is. */
export const UNKNOWN_KIND = 3;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

export interface IndexHead {
  accountId: number;
  incarnation: number;
  mapId: number;
  groupId: number;
  /** Of a sleeper: simulated ms; `Infinity`: by no clock, as of all others. */
  dueMs: number;
  /** Seconds since 1970. */
  storedAt: number;
  shape: number;
  kind: RecordKind;
  /** It has requests without an answer. */
  isAsking: boolean;
  /** It has sent packets that have yet to be handed out. */
  isUnsent: boolean;
}

/** Writes the head of number `index` of a batch. */
export function writeHead(view: DataView, index: number, head: Readonly<IndexHead>): void {
  const at = index * HEAD_BYTES;
  view.setUint32(at, head.accountId, true);
  view.setInt32(at + 4, head.incarnation, true);
  view.setUint32(at + 8, head.mapId, true);
  view.setUint32(at + 12, head.groupId, true);
  view.setFloat64(at + 16, head.dueMs, true);
  view.setUint32(at + 24, head.storedAt, true);
  view.setUint8(at + 28, head.shape);
  view.setUint8(at + 29, head.kind);
  view.setUint8(at + 30, Number(head.isAsking));
  view.setUint8(at + 31, Number(head.isUnsent));
}

/** Reads it into `head`, which is returned. */
export function readHead(view: DataView, index: number, head: IndexHead): IndexHead {
  const at = index * HEAD_BYTES;
  head.accountId = view.getUint32(at, true);
  head.incarnation = view.getInt32(at + 4, true);
  head.mapId = view.getUint32(at + 8, true);
  head.groupId = view.getUint32(at + 12, true);
  head.dueMs = view.getFloat64(at + 16, true);
  head.storedAt = view.getUint32(at + 24, true);
  head.shape = view.getUint8(at + 28);
  head.kind = view.getUint8(at + 29) as RecordKind;
  head.isAsking = view.getUint8(at + 30) !== 0;
  head.isUnsent = view.getUint8(at + 31) !== 0;
  return head;
}

export function emptyHead(): IndexHead {
  return {
    accountId: 0,
    incarnation: 0,
    mapId: 0,
    groupId: 0,
    dueMs: 0,
    storedAt: 0,
    shape: 0,
    kind: RecordKind.asleep,
    isAsking: false,
    isUnsent: false,
  };
}
