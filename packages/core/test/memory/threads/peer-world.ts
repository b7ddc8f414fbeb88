import { type BlockLayout, layOutBlock } from '../../../src/layout/block-layout.js';
import { f32, text, u32 } from '../../../src/layout/field.js';
import { layOut } from '../../../src/layout/state-layout.js';
import type { TableAttachment } from '../../../src/memory/session-table.js';

/** What both sides of the test know: the fields, and what a session has published in a tick. */
export const FIELDS = { mark: u32({ published: true }), name: text(12, { published: true }), secret: f32() };
export const SIZES = { ringBytes: 1024, mailboxBytes: 1024, outboxBytes: 1024 } as const;

export function placesOf(fields: typeof FIELDS): BlockLayout {
  return layOutBlock(layOut(fields), SIZES);
}

export function markOf(tick: number, accountId: number): number {
  return (Math.imul(tick, 0x9e37_79b1) ^ Math.imul(accountId, 0x85eb_ca6b)) >>> 0;
}

/** What the thread is handed before a tick: what has come to be since the last. */
export interface TickHandover {
  readonly tick: number;
  readonly blocks: readonly { readonly blockIndex: number; readonly buffer: SharedArrayBuffer }[];
  readonly mapIndex: SharedArrayBuffer | undefined;
}

export interface Start {
  readonly attachment: TableAttachment;
  /** One word: 1 while the thread reads. */
  readonly reading: SharedArrayBuffer;
}

export interface ReaderTick {
  readonly sessions: number;
  readonly peers: number;
  readonly wrongValues: number;
  readonly wrongOrder: number;
  readonly wrongMaps: number;
}
