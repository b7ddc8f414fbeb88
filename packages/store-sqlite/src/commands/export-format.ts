import { HEAD_BYTES } from '@dormouse/core';
import { checkRecord, emptyHead, type IndexHead, readHead } from '@dormouse/core/records';

/** What the first line of an export says that it is. */
export const EXPORT_FORMAT = 'dormouse-store';
export const EXPORT_VERSION = 1;

/** The first line: all else is `record`s. */
export interface ExportOpening {
  readonly records: number;
  readonly notes: ReadonlyMap<string, string>;
}

/** A line of a session. */
export interface ExportedRecord {
  readonly head: IndexHead;
  readonly headBytes: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Throws an `Error` that says what is wrong with it. */
export function parseOpening(line: string): ExportOpening {
  const { format, version, records, notes } = objectOf(line);
  if (format !== EXPORT_FORMAT || version !== EXPORT_VERSION) {
    throw new Error(`it must be an export of format ${EXPORT_FORMAT}, version ${EXPORT_VERSION}: got ${format}, version ${version}`);
  }
  const entries = typeof notes === 'object' && notes !== null ? Object.entries(notes) : [];
  for (const [key, text] of entries) if (typeof text !== 'string') throw new Error(`note ${key} must be a text: got ${typeof text}`);
  if (!Number.isInteger(records)) throw new Error(`it must say how many records follow: got ${records}`);
  return { records: records as number, notes: new Map(entries as [string, string][]) };
}

/** Throws an `Error` that says what is wrong with it: also where the record's checksum is. */
export function parseRecord(line: string): ExportedRecord {
  const { head: headText, record: recordText, account } = objectOf(line);
  const headBytes = bytesOf('head', headText);
  const bytes = bytesOf('record', recordText);
  if (headBytes.length !== HEAD_BYTES) throw new Error(`its head must be ${HEAD_BYTES} bytes: got ${headBytes.length}`);
  const head = readHead(new DataView(headBytes.buffer, headBytes.byteOffset, HEAD_BYTES), 0, emptyHead());
  if (head.accountId !== account) throw new Error(`it says account ${account}, its head account ${head.accountId}`);
  const { shape } = checkRecord(bytes, head.accountId);
  if (shape !== head.shape) throw new Error(`its head is of shape ${head.shape}, its record of ${shape}`);
  return { head, headBytes, bytes };
}

function objectOf(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it must be a JSON object');
  return value as Record<string, unknown>;
}

function bytesOf(what: string, text: unknown): Uint8Array {
  if (typeof text !== 'string') throw new Error(`its ${what} must be base64: got ${typeof text}`);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new Error(`its ${what} is not base64`);
  return new Uint8Array(bytes);
}
