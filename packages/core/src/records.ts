/**
 * `@dormouse/core/records`: what a durable store's file holds, for tools that look into one. Nothing here needs a manager.
 *
 * ```js
 * const shapes = JSON.parse(notes.get('shapes'));
 * const head = readHead(view, 0, emptyHead());
 * checkRecord(bytes, head.accountId); // throws ERR_RECORD_CORRUPT
 * const { fields, timers } = decodeRecord(bytes, head.accountId, layoutOf(shapes[head.shape]), messagePack);
 * ```
 *
 * @packageDocumentation
 */
export type { ElementType } from './layout/field.js';
export type { StateLayout } from './layout/state-layout.js';
export { checkRecord, type DecodedMail, type DecodedPacket, type DecodedRecord, decodeRecord } from './record/decoded-record.js';
export type { RecordHead } from './record/record-format.js';
export { emptyHead, HEAD_BYTES, type IndexHead, RecordKind, readHead, writeHead } from './record/record-head.js';
export { hasSameFields, isSameShape, type Shape, type ShapeField } from './record/shape.js';
export { checkShape, layoutOf } from './record/shape-layout.js';
