import type { BroadcastTarget } from '../session/broadcast-target.js';
import type { ByteWriter } from './byte-writer.js';
import { ANSWER_STATUSES, MOVED, RecordKind, TickedFlag } from './format.js';

/** What a recording keeps of the sessions after a tick. */
export interface TickDigest {
  /** Over everything that sessions are. */
  readonly total: bigint;
  /** For each part of a session's state, in the order of the header's `parts`: over all sessions. */
  readonly parts: Uint32Array;
  /** For each session, ascending by account; of no length when only the totals are kept. */
  readonly sessions: Uint32Array;
}

/** Writes records one after the other. Counts the moments that pass between them: see `moment` in observer.ts. */
export class RecordWriter {
  readonly #bytes: ByteWriter;
  #moments = 0;
  #account = 0;

  constructor(bytes: ByteWriter) {
    this.#bytes = bytes;
  }

  moment(): void {
    this.#moments++;
  }

  create(accountId: number, behavior: number, mapId: number, groupId: number, init: Uint8Array | undefined): void {
    const bytes = this.#begin(RecordKind.create, accountId);
    bytes.varint(behavior);
    bytes.varint(mapId);
    bytes.varint(groupId);
    bytes.u8(init === undefined ? 0 : 1);
    if (init !== undefined) bytes.block(init);
  }

  imported(accountId: number, mapId: number, groupId: number, blob: Uint8Array): void {
    const bytes = this.#begin(RecordKind.import, accountId);
    bytes.varint(mapId);
    bytes.varint(groupId);
    bytes.block(blob);
  }

  /** `release`, `failed`, `touch`, `revive`, `hibernate`, `wake` and `noSlot`; `setMap` and `setGroup` with their value. */
  change(kind: RecordKind, accountId: number, value?: number): void {
    const bytes = this.#begin(kind, accountId);
    if (value !== undefined) bytes.varint(value);
  }

  push(accountId: number, opcode: number, payload: Uint8Array, start: number, length: number, isDelivered: boolean): void {
    const bytes = this.#begin(isDelivered ? RecordKind.push : RecordKind.pushFull, accountId);
    bytes.varint(opcode);
    bytes.block(payload, start, length);
  }

  write(accountId: number, field: number, start: number, value: Uint8Array): void {
    const bytes = this.#begin(RecordKind.write, accountId);
    bytes.varint(field);
    bytes.varint(start);
    bytes.block(value);
  }

  broadcast({ mapId, groupId, wake = true }: BroadcastTarget, opcode: number, payload: Uint8Array): void {
    const bytes = this.#kind(RecordKind.broadcast);
    bytes.u8((mapId === undefined ? 0 : 1) | (groupId === undefined ? 0 : 2) | (wake ? 0 : 4));
    if (mapId !== undefined) bytes.varint(mapId);
    if (groupId !== undefined) bytes.varint(groupId);
    bytes.varint(opcode);
    bytes.block(payload);
  }

  hibernateInactive(): void {
    this.#kind(RecordKind.hibernateInactive);
  }

  threshold(minutes: number): void {
    this.#kind(RecordKind.threshold).varint(minutes);
  }

  limit(maxConcurrentSessions: number): void {
    this.#kind(RecordKind.limit).varint(maxConcurrentSessions);
  }

  drain(): void {
    this.#kind(RecordKind.drain);
  }

  drained(count: number, isCut: boolean): void {
    const bytes = this.#kind(RecordKind.drained);
    bytes.varint(count);
    bytes.u8(Number(isCut));
  }

  answer(accountId: number, requestId: number, status: (typeof ANSWER_STATUSES)[number], topic: string, value: Uint8Array): void {
    const bytes = this.#begin(RecordKind.answer, accountId);
    bytes.varint(requestId);
    bytes.u8(ANSWER_STATUSES.indexOf(status));
    bytes.text(topic);
    bytes.block(value);
  }

  batchSize(updateBatchSize: number): void {
    this.#kind(RecordKind.batchSize).varint(updateBatchSize);
  }

  share(name: string, content: string): void {
    const bytes = this.#kind(RecordKind.share);
    bytes.text(name);
    bytes.text(content);
  }

  tick(number: number, diffMs: number): void {
    const bytes = this.#kind(RecordKind.tick);
    bytes.varint(number);
    bytes.f64(diffMs);
  }

  /** `accounts`: those there are now, where they are others than after the tick before. */
  ticked(schedulerFailed: boolean, { total, parts, sessions }: TickDigest, accounts: Uint32Array | undefined): void {
    const bytes = this.#kind(RecordKind.ticked);
    bytes.u8((schedulerFailed ? TickedFlag.schedulerFailed : 0) | (accounts === undefined ? 0 : TickedFlag.accounts));
    bytes.u64(total);
    bytes.words(parts);
    if (accounts !== undefined) {
      bytes.varint(accounts.length);
      for (let i = 0, before = 0; i < accounts.length; before = accounts[i++]) bytes.varint(accounts[i] - before);
    }
    bytes.words(sessions);
  }

  interrupted(accountIds: readonly number[]): void {
    const bytes = this.#kind(RecordKind.interrupted);
    bytes.varint(accountIds.length);
    for (const accountId of accountIds) bytes.varint(accountId);
  }

  #begin(kind: RecordKind, accountId: number): ByteWriter {
    const bytes = this.#kind(kind);
    bytes.zigzag(accountId - this.#account);
    this.#account = accountId;
    return bytes;
  }

  #kind(kind: RecordKind): ByteWriter {
    const bytes = this.#bytes;
    const moments = this.#moments;
    if (moments === 0) {
      bytes.u8(kind);
    } else {
      bytes.u8(kind | MOVED);
      bytes.varint(moments);
      this.#moments = 0;
    }
    return bytes;
  }
}
