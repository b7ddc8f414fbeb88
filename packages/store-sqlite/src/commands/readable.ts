import { messagePack } from '@dormouse/core';
import { type DecodedRecord, decodeRecord, type IndexHead, RecordKind } from '@dormouse/core/records';
import type { StoreContents, StoredRecord } from './store-contents.js';

const KINDS = Object.keys(RecordKind) as (keyof typeof RecordKind)[];

/** What kind of session a record is of, in a word. */
export function kindOf(kind: number): string {
  return KINDS.find((name) => RecordKind[name] === kind) ?? `kind ${kind}`;
}

/** Seconds since 1970 as ISO 8601. */
export function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** For `JSON.stringify`: what JSON has no form for as text, bytes as base64. */
export function jsonValue(this: unknown, key: string, value: unknown): unknown {
  // A Buffer has been made an object of by now.
  const raw = (this as Record<string, unknown>)[key];
  if (raw instanceof Uint8Array) return { base64: Buffer.from(raw).toString('base64') };
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return value;
}

/** What a head says of a session, in words. */
export function sessionOf(contents: StoreContents, head: IndexHead, bytes: number) {
  const shape = contents.shapes[head.shape];
  const isActive = head.kind === RecordKind.active;
  return {
    account: head.accountId,
    kind: kindOf(head.kind),
    behavior: shape?.name ?? `shape ${head.shape}`,
    version: shape?.version,
    map: head.mapId,
    group: head.groupId,
    ...(isActive ? { tick: head.dueMs } : { wakesAtMs: head.dueMs === Number.POSITIVE_INFINITY ? undefined : head.dueMs }),
    awaitsAnswer: head.isAsking || undefined,
    storedAt: timeOf(head.storedAt),
    bytes,
  };
}

/** All that a record says, in words. Throws `ERR_RECORD_CORRUPT`, `ERR_RECORD_SHAPE`; undefined: its fields are not known. */
export function decoded(contents: StoreContents, record: StoredRecord, head: IndexHead): DecodedRecord | undefined {
  const layout = contents.layout(head.shape);
  if (layout === undefined) return undefined;
  return decodeRecord(record.bytes, record.account, layout, messagePack);
}
