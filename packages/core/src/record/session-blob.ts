import { DormouseError, messageOf, shown } from '../errors.js';
import { MAX_ACCOUNT_ID, MAX_UNANSWERED } from '../layout/geometry.js';
import { checksumOf } from './byte-sink.js';
import type { NamedRequest } from './row-services.js';
import type { Shape } from './shape.js';
import { checkShape, layoutOf } from './shape-layout.js';

/** What a blob says beside the record. */
export interface BlobHeader {
  /** Version of @dormouse/core that it was made with. */
  readonly dormouse: string;
  /** Whose record it is. */
  readonly accountId: number;
  readonly mapId: number;
  readonly groupId: number;
  readonly status: 'active' | 'quarantined' | 'asleep';
  /** Ticks in which it was updated. The record may be older. */
  readonly updateCount: number;
  /** Of a sleeper: when it is to wake, simulated ms; null: by no clock. */
  readonly dueMs: number | null;
  /** By which the record's state can be read. */
  readonly shape: Shape;
  /** Of the manager that it was made in: its seed, the last tick and its simulated time. */
  readonly seed: number;
  readonly tick: number;
  readonly nowMs: number;
  /** Those on their way to the host's handlers and back; the record may name others. */
  readonly requests: readonly NamedRequest[];
}

export interface SessionBlob {
  readonly header: BlobHeader;
  readonly record: Uint8Array;
}

/*
 * A session on its way between managers: all of it, portable. Little-endian.
 *
 *   byte 0         7            8              12             16
 *   ├ DORMSES ────┼ version = 1 ┼ header bytes ┼ record bytes ┼ header: JSON ┼ record ┼ CRC-32 of all before ┤
 *     7 bytes       u8            u32            u32                                    u32
 *
 * The record is as in record/README.md. What it takes to read it elsewhere stands in the header.
 */
const NAME = Buffer.from('DORMSES');
const VERSION = 1;
const At = { version: 7, headerBytes: 8, recordBytes: 12, header: 16 } as const;
const CHECKSUM_BYTES = 4;
const STATUSES: readonly unknown[] = ['active', 'quarantined', 'asleep'];

export function writeBlob(header: BlobHeader, record: Uint8Array): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const blob = new Uint8Array(At.header + json.length + record.length + CHECKSUM_BYTES);
  const view = new DataView(blob.buffer, 0, blob.length);
  blob.set(NAME);
  blob[At.version] = VERSION;
  view.setUint32(At.headerBytes, json.length, true);
  view.setUint32(At.recordBytes, record.length, true);
  blob.set(json, At.header);
  blob.set(record, At.header + json.length);
  const checksumAt = blob.length - CHECKSUM_BYTES;
  view.setUint32(checksumAt, checksumOf(blob.subarray(0, checksumAt)), true);
  return blob;
}

/**
 * Takes a blob apart; what lies in `bytes` is copied. Throws `ERR_BLOB_INVALID`, naming what is wrong and at which byte, and `ERR_RECORD_SHAPE` for fields that are none. The
 * record itself is not looked at.
 */
export function readBlob(bytes: Uint8Array): SessionBlob {
  if (!(bytes instanceof Uint8Array)) throw invalid(`it must be a Uint8Array: got ${shown(bytes)}`);
  const { length } = bytes;
  const least = At.header + CHECKSUM_BYTES;
  if (length < least) throw invalid(`it must be at least ${least} bytes: got ${length}`);
  // Once, before anything is looked at: it may be shared memory.
  const blob = Uint8Array.from(bytes);
  const view = new DataView(blob.buffer, 0, length);
  if (NAME.compare(blob, 0, NAME.length) !== 0) throw invalid(`bytes 0…${NAME.length - 1} must be ${shown(NAME.toString())}`);
  if (blob[At.version] !== VERSION) throw invalid(`its format (byte ${At.version}) must be ${VERSION}: got ${blob[At.version]}`);
  const headerBytes = view.getUint32(At.headerBytes, true);
  const recordBytes = view.getUint32(At.recordBytes, true);
  const expected = least + headerBytes + recordBytes;
  if (length !== expected) throw invalid(`it must be ${expected} bytes, as bytes ${At.headerBytes}…${At.header - 1} say: got ${length}`);
  const checksumAt = length - CHECKSUM_BYTES;
  const stored = view.getUint32(checksumAt, true);
  const checksum = checksumOf(blob.subarray(0, checksumAt));
  if (checksum !== stored) throw invalid(`its checksum (byte ${checksumAt}) must be ${hex(checksum)}: got ${hex(stored)}`);
  const recordAt = At.header + headerBytes;
  return { header: readHeader(blob.subarray(At.header, recordAt)), record: blob.slice(recordAt, checksumAt) };
}

function readHeader(bytes: Uint8Array): BlobHeader {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid(`its header (byte ${At.header}) is no JSON: ${messageOf(cause)}`, cause);
  }
  const header = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof BlobHeader, unknown>>;
  for (const [member, isRight, what] of MEMBERS) {
    if (isRight(header[member])) continue;
    throw invalid(`${member} in its header (byte ${At.header}) must be ${what}: got ${shown(header[member])}`);
  }
  checkShape(header.shape);
  layoutOf(header.shape);
  return header as unknown as BlobHeader;
}

const isU32 = (value: unknown): boolean => typeof value === 'number' && value >>> 0 === value;
const isTime = (value: unknown): boolean => Number.isFinite(value);

const MEMBERS: readonly (readonly [member: keyof BlobHeader, isRight: (value: unknown) => boolean, what: string])[] = [
  ['dormouse', (value) => typeof value === 'string', 'a text'],
  ['accountId', (value) => isU32(value) && value !== 0, `an integer 1…${MAX_ACCOUNT_ID}`],
  ['mapId', isU32, 'an integer 0…4294967295'],
  ['groupId', isU32, 'an integer 0…4294967295'],
  ['status', (value) => STATUSES.includes(value), 'active, quarantined or asleep'],
  ['updateCount', isU32, 'an integer 0…4294967295'],
  ['dueMs', (value) => value === null || isTime(value), 'a finite number or null'],
  ['seed', isU32, 'an integer 0…4294967295'],
  ['tick', (value) => Number.isSafeInteger(value) && (value as number) >= 0, 'an integer from 0 on'],
  ['nowMs', isTime, 'a finite number'],
  [
    'requests',
    (value) => Array.isArray(value) && value.length <= MAX_UNANSWERED && value.every(isRequest),
    `a list of at most ${MAX_UNANSWERED} requests`,
  ],
];

function isRequest(value: unknown): boolean {
  const { requestId, topic } = (typeof value === 'object' && value !== null ? value : {}) as Partial<NamedRequest>;
  return isU32(requestId) && typeof topic === 'string';
}

function invalid(why: string, cause?: unknown): DormouseError {
  return new DormouseError('ERR_BLOB_INVALID', `these bytes are no session: ${why}`, cause === undefined ? {} : { cause });
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
