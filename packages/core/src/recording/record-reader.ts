import type { BroadcastTarget } from '../session/broadcast-target.js';
import { ByteReader, UnreadableBytes } from './byte-reader.js';
import { ANSWER_STATUSES, MOVED, RecordKind, TickedFlag } from './format.js';
import type { TickDigest } from './record-writer.js';

interface AboutAccount {
  readonly accountId: number;
}

type Content =
  | (AboutAccount & { kind: 'create'; behavior: number; mapId: number; groupId: number; init: Uint8Array | undefined })
  | (AboutAccount & { kind: 'import'; mapId: number; groupId: number; blob: Uint8Array })
  | (AboutAccount & { kind: 'release' | 'failed' | 'touch' | 'revive' | 'hibernate' | 'wake' })
  | (AboutAccount & { kind: 'noSlot' })
  | (AboutAccount & { kind: 'setMap' | 'setGroup'; value: number })
  | (AboutAccount & { kind: 'push'; opcode: number; payload: Uint8Array; isDelivered: boolean })
  | (AboutAccount & { kind: 'write'; field: number; start: number; value: Uint8Array })
  | (AboutAccount & { kind: 'answer'; requestId: number; status: (typeof ANSWER_STATUSES)[number]; topic: string; value: Uint8Array })
  | { kind: 'broadcast'; target: BroadcastTarget; opcode: number; payload: Uint8Array }
  | { kind: 'limit' | 'batchSize' | 'threshold'; count: number }
  | { kind: 'drain' | 'hibernateInactive' }
  | { kind: 'drained'; count: number; isCut: boolean }
  | { kind: 'share'; name: string; content: string }
  | { kind: 'tick'; number: number; diffMs: number }
  | { kind: 'interrupted'; accountIds: readonly number[] }
  | { kind: 'ticked'; schedulerFailed: boolean; digest: TickDigest; accounts: Uint32Array };

/** One record, and how many moments passed between the record before it and it. */
export type InputRecord = Content & { moments: number };
export type RecordOf<K extends InputRecord['kind']> = Extract<InputRecord, { kind: K }>;

/** Inputs that are done by themselves; the others belong to a tick, a creation or a hand-out. */
export type Input = Exclude<InputRecord, { kind: 'tick' | 'ticked' | 'interrupted' | 'failed' | 'noSlot' | 'drained' | 'answer' }>;
export const BELONGS: ReadonlySet<InputRecord['kind']> = new Set([
  'tick',
  'ticked',
  'interrupted',
  'failed',
  'noSlot',
  'drained',
  'answer',
]);

const NAMES = Object.fromEntries(Object.entries(RecordKind).map(([name, kind]) => [kind, name]));

/** What of a header decides how records are read. */
export interface RecordShape {
  readonly parts: readonly string[];
  readonly detail: 'tick' | 'session';
}

/** Reads what a {@link import('./record-writer.js').RecordWriter} wrote, over any number of chunks. Throws {@link UnreadableBytes}. */
export class RecordReader {
  readonly #shape: RecordShape;
  #account = 0;
  #accounts: Uint32Array = new Uint32Array(0);

  constructor(shape: RecordShape) {
    this.#shape = shape;
  }

  /** The records of one chunk. */
  *records(chunk: Uint8Array): Generator<InputRecord> {
    const bytes = new ByteReader(chunk);
    while (!bytes.isAtEnd) {
      const first = bytes.u8();
      const moments = (first & MOVED) === 0 ? 0 : bytes.varint();
      const content = this.#content((first & ~MOVED) as RecordKind, bytes);
      yield Object.assign(content, { moments });
    }
  }

  #content(kind: RecordKind, bytes: ByteReader): Content {
    switch (kind) {
      case RecordKind.create:
        return {
          kind: 'create',
          accountId: this.#accountOf(bytes),
          behavior: bytes.varint(),
          mapId: bytes.varint(),
          groupId: bytes.varint(),
          init: bytes.u8() === 0 ? undefined : bytes.block(),
        };
      case RecordKind.import:
        return { kind: 'import', accountId: this.#accountOf(bytes), mapId: bytes.varint(), groupId: bytes.varint(), blob: bytes.block() };
      case RecordKind.release:
      case RecordKind.failed:
      case RecordKind.touch:
      case RecordKind.revive:
      case RecordKind.hibernate:
      case RecordKind.wake:
        return { kind: NAMES[kind] as 'release' | 'failed' | 'touch' | 'revive' | 'hibernate' | 'wake', accountId: this.#accountOf(bytes) };
      case RecordKind.noSlot:
        return { kind: 'noSlot', accountId: this.#accountOf(bytes) };
      case RecordKind.setMap:
      case RecordKind.setGroup:
        return { kind: NAMES[kind] as 'setMap' | 'setGroup', accountId: this.#accountOf(bytes), value: bytes.varint() };
      case RecordKind.push:
      case RecordKind.pushFull: {
        const isDelivered = kind === RecordKind.push;
        return { kind: 'push', accountId: this.#accountOf(bytes), opcode: bytes.varint(), payload: bytes.block(), isDelivered };
      }
      case RecordKind.write:
        return { kind: 'write', accountId: this.#accountOf(bytes), field: bytes.varint(), start: bytes.varint(), value: bytes.block() };
      case RecordKind.answer: {
        const accountId = this.#accountOf(bytes);
        const requestId = bytes.varint();
        const status = ANSWER_STATUSES[bytes.u8()];
        if (status === undefined) throw new UnreadableBytes('an answer has an unknown status');
        return { kind: 'answer', accountId, requestId, status, topic: bytes.text(), value: bytes.block() };
      }
      case RecordKind.broadcast: {
        const flags = bytes.u8();
        const target: { mapId?: number; groupId?: number; wake?: boolean } = {};
        if ((flags & 1) !== 0) target.mapId = bytes.varint();
        if ((flags & 2) !== 0) target.groupId = bytes.varint();
        if ((flags & 4) !== 0) target.wake = false;
        return { kind: 'broadcast', target, opcode: bytes.varint(), payload: bytes.block() };
      }
      case RecordKind.limit:
      case RecordKind.batchSize:
      case RecordKind.threshold:
        return { kind: NAMES[kind] as 'limit' | 'batchSize' | 'threshold', count: bytes.varint() };
      case RecordKind.drain:
      case RecordKind.hibernateInactive:
        return { kind: NAMES[kind] as 'drain' | 'hibernateInactive' };
      case RecordKind.drained:
        return { kind: 'drained', count: bytes.varint(), isCut: bytes.u8() !== 0 };
      case RecordKind.share:
        return { kind: 'share', name: bytes.text(), content: bytes.text() };
      case RecordKind.tick:
        return { kind: 'tick', number: bytes.varint(), diffMs: bytes.f64() };
      case RecordKind.ticked:
        return this.#ticked(bytes);
      case RecordKind.interrupted: {
        const accountIds: number[] = [];
        for (let left = bytes.varint(); left > 0; left--) accountIds.push(bytes.varint());
        return { kind: 'interrupted', accountIds };
      }
      default:
        throw new UnreadableBytes(`there is no kind of record ${kind}`);
    }
  }

  #ticked(bytes: ByteReader): Content {
    const flags = bytes.u8();
    const total = bytes.u64();
    const parts = bytes.words(this.#shape.parts.length);
    if ((flags & TickedFlag.accounts) !== 0) this.#accounts = accountsOf(bytes);
    const accounts = this.#accounts;
    const sessions = bytes.words(this.#shape.detail === 'session' ? accounts.length : 0);
    return { kind: 'ticked', schedulerFailed: (flags & TickedFlag.schedulerFailed) !== 0, digest: { total, parts, sessions }, accounts };
  }

  #accountOf(bytes: ByteReader): number {
    this.#account += bytes.zigzag();
    return this.#account;
  }
}

function accountsOf(bytes: ByteReader): Uint32Array {
  const accounts: number[] = [];
  for (let left = bytes.varint(), before = 0; left > 0; left--) {
    before += bytes.varint();
    accounts.push(before);
  }
  return Uint32Array.from(accounts);
}
