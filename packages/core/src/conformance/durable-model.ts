import assert from 'node:assert/strict';
import { type HeadPage, MOST_HEADS } from '../hibernation/durable-records.js';
import { NO_LOCATION } from '../hibernation/hibernation-store.js';
import { HEAD_BYTES, writeHead } from '../record/record-head.js';

interface Lost {
  readonly record: Uint8Array;
  readonly head: Uint8Array;
}

/** What a durable store must have when it is opened again, and what it may have: that deletes and notes are durable is promised with a `put` or `flush` only. */
export class DurableModel {
  /** By account: the head that was put last. */
  readonly heads = new Map<number, Uint8Array>();
  readonly #records: Map<number, Uint8Array>;
  readonly #locations: Map<number, number>;
  /** By account: what was deleted since, and may be there again. */
  readonly #deleted = new Map<number, Lost>();
  /** By key: the text that is durable or undefined, and those that have been noted since. */
  readonly #notes = new Map<string, (string | undefined)[]>();
  #puts = 0;

  constructor(records: Map<number, Uint8Array>, locations: Map<number, number>) {
    this.#records = records;
    this.#locations = locations;
  }

  /** Heads for a batch of records of these accounts, which differ from all that there were. */
  headsFor(accountIds: readonly number[]): Uint8Array {
    const heads = new Uint8Array(8 + accountIds.length * HEAD_BYTES + 8).fill(0xee).subarray(8);
    this.#puts++;
    const view = new DataView(heads.buffer, heads.byteOffset, heads.byteLength);
    for (const [index, accountId] of accountIds.entries()) {
      writeHead(view, index, {
        accountId,
        incarnation: this.#puts,
        mapId: accountId % 3,
        groupId: accountId % 5 === 0 ? 0xffff_ffff : 0,
        dueMs: accountId % 2 === 0 ? Number.POSITIVE_INFINITY : accountId * 1.5,
        storedAt: 1_700_000_000 + this.#puts,
        shape: accountId % 255,
        isAsking: false,
        isUnsent: false,
        kind: accountId % 7 === 0 ? 1 : 0,
      });
    }
    return heads;
  }

  put(accountId: number, heads: Uint8Array, index: number): void {
    this.heads.set(accountId, heads.slice(index * HEAD_BYTES, (index + 1) * HEAD_BYTES));
  }

  delete(accountId: number): void {
    const record = this.#records.get(accountId);
    const head = this.heads.get(accountId);
    if (record !== undefined && head !== undefined) this.#deleted.set(accountId, { record, head });
    this.heads.delete(accountId);
  }

  note(key: string, text: string): void {
    const texts = this.#notes.get(key) ?? [undefined];
    texts.push(text);
    this.#notes.set(key, texts);
  }

  /** A `put` or `flush` is done. */
  commit(): void {
    this.#deleted.clear();
    for (const texts of this.#notes.values()) texts.splice(0, texts.length - 1);
  }

  /** For `load`: asserts that what is handed over is what there must be, and takes over where it lies. */
  beginLoad(): { readonly page: HeadPage; readonly end: (notes: ReadonlyMap<string, string>) => void } {
    const seen = new Set<number>();
    const places = new Set<number>();
    let hasEnded = false;
    const page: HeadPage = (count, heads, locations) => {
      assert.ok(!hasEnded, 'load() hands over a page when it is done');
      assert.ok(Number.isInteger(count) && count >= 1 && count <= MOST_HEADS, `heads in a page must be 1…${MOST_HEADS}: got ${count}`);
      assert.ok(heads.length >= count * HEAD_BYTES, `${count} heads are ${count * HEAD_BYTES} bytes: got ${heads.length}`);
      assert.ok(locations.length >= count, `${count} heads have as many locations: got ${locations.length}`);
      for (let index = 0; index < count; index++) {
        const head = heads.slice(index * HEAD_BYTES, (index + 1) * HEAD_BYTES);
        const accountId = new DataView(head.buffer, 0, HEAD_BYTES).getUint32(0, true);
        assert.ok(!seen.has(accountId), `load() hands over two heads of account ${accountId}`);
        assert.ok(locations[index] < NO_LOCATION && !places.has(locations[index]), `location ${locations[index]} is none, or another’s`);
        seen.add(accountId);
        places.add(locations[index]);
        this.#found(accountId, head, locations[index]);
      }
    };
    const end = (notes: ReadonlyMap<string, string>): void => {
      hasEnded = true;
      for (const accountId of this.#records.keys()) assert.ok(seen.has(accountId), `the record of account ${accountId} is lost`);
      this.#checkNotes(notes);
      this.commit();
    };
    return { page, end };
  }

  #found(accountId: number, head: Uint8Array, location: number): void {
    const lost = this.#deleted.get(accountId);
    if (!this.#records.has(accountId) && lost !== undefined) {
      this.#records.set(accountId, lost.record);
      this.heads.set(accountId, lost.head);
    }
    assert.ok(this.#records.has(accountId), `load() hands over a head of account ${accountId}, which has no record`);
    assert.deepEqual(head, this.heads.get(accountId), `the head of account ${accountId}`);
    this.#locations.set(accountId, location);
  }

  #checkNotes(notes: ReadonlyMap<string, string>): void {
    for (const [key, texts] of this.#notes) {
      const text = notes.get(key);
      assert.ok(texts.includes(text), `the note ${key} is ${text?.slice(0, 50)}, and was ${texts.map((one) => one?.slice(0, 50))}`);
      this.#notes.set(key, [text]);
    }
    for (const key of notes.keys()) assert.ok(this.#notes.get(key)?.[0] !== undefined, `there is a note ${key}, which nobody has made`);
  }
}
