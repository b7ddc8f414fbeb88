import { type HibernationStore, NO_LOCATION, type RecordBatch } from '../../hibernation/hibernation-store.js';
import { NO_ENTRY } from '../../hibernation/sleepers.js';
import { RECORDS_A_BATCH } from '../../memory/staging.js';
import { HeaderAt, Section } from '../../record/record-format.js';
import { HEAD_BYTES, UNKNOWN_KIND, writeHead } from '../../record/record-head.js';
import type { SessionStore } from '../../session/store.js';
import type { BatchOrigin } from './record-ledger.js';

/** Of those listed so many are looked at for one batch. */
const MOST_LOOKED_AT = 2 * RECORDS_A_BATCH;
const FIRST_BYTES = RECORDS_A_BATCH * 512;

/**
 * Stored sleepers that were moved to another map or group in their sleep, of whom a store that outlives the process has yet to be told: their heads say so, as those in whose
 * place they are put; what is in their records counts no more than in this process. Main thread only, between ticks.
 */
export class MovedSleepers implements BatchOrigin {
  /** Of the batch last taken. */
  readonly incarnations = new Int32Array(RECORDS_A_BATCH);
  readonly leaves = new Uint8Array(RECORDS_A_BATCH);
  readonly contents = new Float64Array(RECORDS_A_BATCH);
  /** How many were looked at since start: who was listed first is looked at first. */
  looked = 0;
  readonly #store: SessionStore;
  readonly #records: HibernationStore;
  readonly #isAsking: (incarnation: number) => boolean;
  /** Those not told of yet, who was moved first first. */
  readonly #accounts = new Set<number>();
  /** Those looked at in vain: they are not stored yet, or their records cannot be read. */
  readonly #left = new Set<number>();
  readonly #accountIds = new Uint32Array(RECORDS_A_BATCH);
  readonly #ends = new Uint32Array(RECORDS_A_BATCH);
  readonly #locations = new Uint32Array(RECORDS_A_BATCH);
  readonly #heads = new Uint8Array(RECORDS_A_BATCH * HEAD_BYTES);
  readonly #headsView = new DataView(this.#heads.buffer, 0, this.#heads.length);
  #bytes = new Uint8Array(FIRST_BYTES);

  /** `isAsking`: whether a session of an incarnation waits for an answer. */
  constructor(store: SessionStore, records: HibernationStore, isAsking: (incarnation: number) => boolean) {
    this.#isAsking = isAsking;
    this.#store = store;
    this.#records = records;
  }

  /** Those to be looked at. */
  get count(): number {
    return this.#accounts.size;
  }

  add(accountId: number): void {
    this.#left.delete(accountId);
    this.#accounts.add(accountId);
  }

  /** A sleeper's row is stored: if it was moved before, its record may say less. */
  stored(accountId: number): void {
    if (this.#left.has(accountId)) this.add(accountId);
  }

  /** A checkpoint begins: all are looked at, whoever was in vain. */
  retry(): void {
    for (const accountId of this.#left) this.add(accountId);
  }

  /** Takes an account off the list that is awake or gone; true if it was on it. */
  delete(accountId: number): boolean {
    return this.#left.delete(accountId) || this.#accounts.delete(accountId);
  }

  /** The store has not taken this batch. */
  restore({ count, accountIds }: RecordBatch): void {
    for (let i = 0; i < count; i++) this.add(accountIds[i]);
  }

  /**
   * The records of up to 32 of them, with new heads; undefined: of those looked at now there is none that can be told of. There are more as long as {@link count} is not 0. Those whose
   * records cannot be read wait for the next checkpoint, those not stored yet until they are. Valid until the next call.
   */
  next(): RecordBatch | undefined {
    const { sleepers } = this.#store;
    let count = 0;
    let used = 0;
    let looks = Math.min(MOST_LOOKED_AT, this.#accounts.size);
    for (const accountId of this.#accounts) {
      if (count === RECORDS_A_BATCH || looks-- === 0) break;
      this.#accounts.delete(accountId);
      this.looked++;
      const entry = sleepers.find(accountId);
      // What a head was that is flawed is not known: it is left.
      if (entry === NO_ENTRY || (sleepers.kindOf(entry) as number) === UNKNOWN_KIND) continue;
      const length = this.#read(entry, count, used);
      if (length === 0) {
        this.#left.add(accountId);
        continue;
      }
      used += length;
      this.incarnations[count] = sleepers.incarnationOf(entry);
      this.#locations[count] = sleepers.locationOf(entry);
      this.#ends[count] = used;
      this.#accountIds[count++] = accountId;
    }
    if (count === 0) return undefined;
    const { accountIds, ends, locations, heads } = {
      accountIds: this.#accountIds,
      ends: this.#ends,
      locations: this.#locations,
      heads: this.#heads,
    };
    return { count, bytes: this.#bytes, ends, accountIds, locations, heads };
  }

  /** Copies a sleeper's record to byte `at`, and writes its head; returns the record's length, 0 if it cannot be had now. */
  #read(entry: number, index: number, at: number): number {
    const { sleepers } = this.#store;
    const accountId = sleepers.accountOf(entry);
    const location = sleepers.locationOf(entry);
    if (location === NO_LOCATION) return 0;
    let record: Uint8Array;
    try {
      record = this.#records.read(accountId, location);
    } catch {
      // Whoever wants it awake is told.
      return 0;
    }
    if (at + record.length > this.#bytes.length) this.#grow(at + record.length);
    this.#bytes.set(record, at);
    writeHead(this.#headsView, index, {
      accountId,
      incarnation: sleepers.incarnationOf(entry),
      mapId: sleepers.mapOf(entry),
      groupId: sleepers.groupOf(entry),
      dueMs: sleepers.dueMsOf(entry),
      storedAt: Math.floor(Date.now() / 1000),
      shape: this.#bytes[at + HeaderAt.shape],
      // Who was awake when it was written, and could not come back yet, is that.
      kind: sleepers.kindOf(entry),
      isAsking: this.#isAsking(sleepers.incarnationOf(entry)),
      // Who has anything to be handed out is stored when it is, but for those who could not come back yet.
      isUnsent: (this.#bytes[at + HeaderAt.sections + 1] & (Section.outbound >> 8)) !== 0,
    });
    return record.length;
  }

  #grow(atLeast: number): void {
    const grown = new Uint8Array(Math.max(atLeast, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
