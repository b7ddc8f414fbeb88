import { DormouseError } from '../errors.js';
import { type Codec, encodeWith } from '../layout/codec.js';
import { Column, ROW_MASK } from '../layout/geometry.js';
import type { DeliveredAnswer } from '../manager/asks/answer-delivery.js';
import type { BroadcastTarget } from '../session/broadcast-target.js';
import type { StateDigest } from '../session/state-digest.js';
import type { SessionStore } from '../session/store.js';
import type { ChunkWriter } from './chunk-writer.js';
import { RecordKind } from './format.js';
import type { Creation, InputObserver, SessionChange } from './observer.js';
import { RecordWriter } from './record-writer.js';
import { contentOf } from './shared-content.js';
import { readStored } from './stored-fields.js';

/** What is kept back for the end of the tick at most, in bytes: beyond that it is written at once. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;

export interface RecorderParts {
  readonly store: SessionStore;
  readonly codec: Codec;
  readonly detail: 'tick' | 'session';
  /** Looks at all sessions as they are now. */
  readonly digest: () => StateDigest;
  /** The recording is over: by the manager's end, or by what went wrong. Called once. */
  readonly ended: (error: unknown) => void;
}

/** Writes down what it hears. When that fails it has ended, and hears nothing more. */
export class Recorder implements InputObserver {
  /** Ticks whose end has been written. */
  ticks = 0;
  readonly #parts: RecorderParts;
  readonly #chunks: ChunkWriter;
  readonly #records: RecordWriter;
  /** For each behaviour, its fields by name. */
  readonly #fields: readonly ReadonlyMap<string, number>[];
  /** Accounts of those awake and their digests after the last tick, as many as there were; and what was written of them. */
  #accounts = new Uint32Array(0);
  #sessions = new Uint32Array(0);
  #count = 0;
  #isOver = false;

  constructor(chunks: ChunkWriter, parts: RecorderParts) {
    this.#chunks = chunks;
    this.#parts = parts;
    this.#records = new RecordWriter(chunks.next);
    this.#fields = parts.store.pool.hosts.map(({ layout }) => new Map(layout.columns.map(({ name }, index) => [name, index])));
  }

  moment(): void {
    this.#records.moment();
  }

  creating({ accountId, host, mapId, groupId, init }: Creation): void {
    this.#try(() => {
      const bytes = init === undefined ? undefined : encodeWith(this.#parts.codec, init);
      this.#records.create(accountId, host.behaviorIndex, mapId, groupId, bytes);
    });
  }

  importing(accountId: number, mapId: number, groupId: number, blob: Uint8Array): void {
    this.#records.imported(accountId, mapId, groupId, blob);
    if (this.#chunks.next.length > MOST_KEPT_BYTES) this.#flush();
  }

  failed(accountId: number): void {
    this.#records.change(RecordKind.failed, accountId);
  }

  releasing(accountId: number): void {
    this.#records.change(RecordKind.release, accountId);
  }

  changed(change: SessionChange, accountId: number, value: number): void {
    this.#records.change(RecordKind[change], accountId, change === 'setMap' || change === 'setGroup' ? value : undefined);
  }

  pushed(accountId: number, opcode: number, payload: Uint8Array, start: number, length: number, isDelivered: boolean): void {
    this.#records.push(accountId, opcode, payload, start, length, isDelivered);
    if (this.#chunks.next.length > MOST_KEPT_BYTES) this.#flush();
  }

  written(slot: number, field: string, start: number, count: number): void {
    const { store } = this.#parts;
    const block = store.block(slot);
    const index = this.#fields[block.behaviorIndex].get(field) as number;
    const row = slot & ROW_MASK;
    const column = store.hostOf(slot).layout.columns[index];
    this.#records.write(block.page[Column.account + row] >>> 0, index, start, readStored(block, row, column, start, count));
    if (this.#chunks.next.length > MOST_KEPT_BYTES) this.#flush();
  }

  broadcasting(target: BroadcastTarget, opcode: number, payload: Uint8Array): void {
    this.#records.broadcast(target, opcode, payload);
  }

  hibernatingInactive(): void {
    this.#records.hibernateInactive();
  }

  thresholdSet(minutes: number): void {
    this.#records.threshold(minutes);
  }

  noSlot(accountId: number): void {
    this.#records.change(RecordKind.noSlot, accountId);
  }

  hadNoSlot(): boolean {
    return false;
  }

  /** Nothing can repeat what follows, nor this tick: it is not recorded. */
  notWoken(accountId: number, cause: Error): void {
    this.#try(() => {
      const message = `account ${accountId} could not be woken, which no replay can repeat: ${cause.message}`;
      throw new DormouseError('ERR_STORE_FAILED', message, { accountId, cause });
    });
  }

  limited(maxConcurrentSessions: number): void {
    this.#records.limit(maxConcurrentSessions);
  }

  batchSized(updateBatchSize: number): void {
    this.#records.batchSize(updateBatchSize);
  }

  shared(name: string, view: ArrayBufferView): void {
    this.#records.share(name, contentOf(view));
  }

  draining(): void {
    this.#records.drain();
  }

  drained(count: number, isCut: boolean): void {
    this.#records.drained(count, isCut);
  }

  answered({ accountId, requestId, status, topic, value }: DeliveredAnswer): void {
    this.#records.answer(accountId, requestId, status, topic, value);
  }

  ticking(tick: number, diffMs: number): void {
    this.#records.tick(tick, diffMs);
  }

  settling(): void {}

  ticked(schedulerFailed: boolean): void {
    this.#try(() => {
      this.#writeDigest(schedulerFailed);
      this.#chunks.flush();
      this.ticks++;
    });
  }

  /** Nothing can repeat what follows: it is not recorded. */
  interrupted(accountIds: readonly number[]): void {
    this.#try(() => {
      this.#records.interrupted(accountIds);
      this.#chunks.flush();
      const [accountId] = accountIds;
      const others = accountIds.length > 1 ? ` and of ${accountIds.length - 1} more` : '';
      throw new DormouseError(
        'ERR_SESSION_INTERRUPTED',
        `the update of account ${accountId}${others} was interrupted, which no replay can repeat`,
        { accountId },
      );
    });
  }

  stopped(): void {
    this.finish(undefined);
  }

  /** Writes what there is and closes the file. */
  finish(error: unknown): void {
    // Who was told of it in the middle of something may still speak to it.
    if (this.#isOver) return;
    this.#isOver = true;
    let failure = error;
    try {
      if (failure === undefined && !this.#chunks.isEmpty) this.#chunks.flush();
      if (failure === undefined) this.#chunks.sync();
    } catch (cause) {
      failure = cause;
    }
    try {
      this.#chunks.close();
    } catch (cause) {
      failure ??= cause;
    }
    this.#parts.ended(failure);
  }

  #flush(): void {
    this.#try(() => this.#chunks.flush());
  }

  #try(write: () => void): void {
    if (this.#isOver) return;
    try {
      write();
    } catch (error) {
      this.finish(error);
    }
  }

  #writeDigest(schedulerFailed: boolean): void {
    const { detail } = this.#parts;
    const digest = this.#parts.digest();
    const { failure } = digest;
    if (failure !== undefined) {
      const message = `what the sessions have come to cannot be told, which no replay can repeat: ${failure.message}`;
      throw new DormouseError('ERR_STORE_FAILED', message, { cause: failure });
    }
    const isDetailed = detail === 'session';
    const haveChanged = isDetailed && this.#take(digest);
    const total = (BigInt(digest.high) << 32n) | BigInt(digest.low);
    const parts = Uint32Array.from(digest.parts, (_, part) => digest.partHigh(part));
    const sessions = isDetailed ? this.#sessions.subarray(0, this.#count) : this.#sessions;
    this.#records.ticked(schedulerFailed, { total, parts, sessions }, haveChanged ? this.#accounts.subarray(0, this.#count) : undefined);
  }

  /** Takes over the digest of each that is awake; true when they are others than after the tick before. Who sleeps does not change. */
  #take(digest: StateDigest): boolean {
    const { store } = this.#parts;
    const { slots, count } = store.order.slots();
    let awake = 0;
    let haveChanged = false;
    if (this.#accounts.length < count) {
      this.#accounts = new Uint32Array(count * 2);
      this.#sessions = new Uint32Array(count * 2);
      haveChanged = true;
    }
    for (let i = 0; i < count; i++) {
      const slot = slots[i];
      if (store.isAsleep(slot)) continue;
      const accountId = store.word(slot, Column.account) >>> 0;
      if (this.#accounts[awake] !== accountId) haveChanged = true;
      this.#accounts[awake] = accountId;
      this.#sessions[awake++] = digest.slotHigh(slot);
    }
    haveChanged ||= awake !== this.#count;
    this.#count = awake;
    return haveChanged;
  }
}
