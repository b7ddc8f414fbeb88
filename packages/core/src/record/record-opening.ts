import { checksumOf } from './byte-sink.js';
import { type ByteSource, corrupt } from './byte-source.js';
import { HEADER_BYTES, HeaderAt, LEAST_RECORD_BYTES, RECORD_VERSION, type RecordHead, Section } from './record-format.js';

/*
 * What every reader of a record does first, whatever it makes of it: into a row (`RecordReader`), into an object (`decoded-record.ts`), into a record of
 * another shape (`migration.ts`).
 */

/**
 * Loads a record into `source`, which stands behind the record's length then, and checks all that can be checked of the bytes as such. Returns the bits of its
 * sections. Throws `ERR_RECORD_CORRUPT`.
 */
export function openRecord(source: ByteSource, bytes: Uint8Array, accountId: number): number {
  const { length } = bytes;
  if (length < LEAST_RECORD_BYTES) throw corrupt(accountId, `it must be at least ${LEAST_RECORD_BYTES} bytes: got ${length}`);
  source.load(bytes, accountId);
  const { view } = source;
  const version = view.getUint8(HeaderAt.version);
  const account = view.getUint32(HeaderAt.account, true);
  const expected = view.getUint32(HeaderAt.checksum, true);
  if (version !== RECORD_VERSION) throw corrupt(accountId, `its format must be ${RECORD_VERSION}: got ${version}`);
  if (account !== accountId) throw corrupt(accountId, `it is of account ${account}`);
  source.at = HEADER_BYTES;
  const bodyBytes = source.varint();
  if (bodyBytes !== length - source.at) throw corrupt(accountId, `it must be ${source.at + bodyBytes} bytes, as it says: got ${length}`);
  view.setInt32(HeaderAt.checksum, 0, true);
  const checksum = checksumOf(source.bytes.subarray(0, length));
  if (checksum !== expected) throw corrupt(accountId, `its checksum must be ${hex(expected)}: got ${hex(checksum)}`);
  return view.getUint16(HeaderAt.sections, true);
}

/** What stands before the fields of a record that {@link openRecord} has just opened. */
export function readRecordHead(source: ByteSource, sections: number): RecordHead {
  const head = {
    accountId: source.accountId,
    shape: source.view.getUint8(HeaderAt.shape),
    mapId: source.varint(),
    incarnation: source.varint() | 0,
    updateCount: source.varint(),
    lastActivityMs: source.double(),
    groupId: 0,
    packetsIn: 0,
    packetsOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    faultCount: 0,
    dropped: 0,
    mark: 0,
    markBefore: 0,
    countsFrom: undefined as number | undefined,
  };
  if ((sections & Section.group) !== 0) head.groupId = source.varint();
  if ((sections & Section.traffic) !== 0) {
    head.packetsIn = source.varint();
    head.packetsOut = source.varint();
    head.bytesIn = source.varint();
    head.bytesOut = source.varint();
  }
  if ((sections & Section.faults) !== 0) {
    head.faultCount = source.varintUpTo(255, 'failed updates');
    head.dropped = source.varint();
  }
  if ((sections & Section.marks) !== 0) {
    head.mark = source.varint();
    head.markBefore = source.varint();
  }
  if ((sections & Section.counting) !== 0) head.countsFrom = source.varint() | 0;
  return head;
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
