import { Column, ROW_MASK, SlotState } from '../../layout/geometry.js';
import { isDrained } from '../../memory/record-ring.js';
import { MOST_LISTED, RECORDS_A_BATCH } from '../../memory/staging.js';
import { emptyHead, HEAD_BYTES, RecordKind, writeHead } from '../../record/record-head.js';
import type { SessionStore } from '../../session/store.js';

/**
 * Heads of the rows that are listed to be stored, for a store that outlives the process. A head is of the same moment as its record: those that participants write are of when
 * they were listed, those that the host writes of when it does. Main thread only.
 */
export class BatchHeads {
  /** Of the batch in hand: `RecordBatch.heads`. */
  readonly bytes = new Uint8Array(RECORDS_A_BATCH * HEAD_BYTES);
  readonly #view = new DataView(this.bytes.buffer, 0, this.bytes.length);
  readonly #listed = new Uint8Array(MOST_LISTED * HEAD_BYTES);
  readonly #listedView = new DataView(this.#listed.buffer, 0, this.#listed.length);
  readonly #head = emptyHead();
  readonly #store: SessionStore;
  /** See `Staging.shapes`. */
  readonly #shapes: Readonly<Uint8Array>;

  constructor(store: SessionStore, shapes: Readonly<Uint8Array>) {
    this.#store = store;
    this.#shapes = shapes;
  }

  /** Number `at` of those listed is this slot's. */
  list(at: number, slot: number): void {
    this.#write(this.#listedView, at, slot);
  }

  /** Number `index` of the batch in hand is number `at` of those listed. */
  take(index: number, at: number): void {
    const begin = at * HEAD_BYTES;
    const end = begin + HEAD_BYTES;
    for (let from = begin, to = index * HEAD_BYTES; from < end; from++) this.bytes[to++] = this.#listed[from];
  }

  /** Number `index` of the batch in hand is this slot's, as it is now. */
  write(index: number, slot: number): void {
    this.#write(this.#view, index, slot);
  }

  #write(view: DataView, index: number, slot: number): void {
    const { sleepers, table } = this.#store;
    const head = this.#head;
    const block = this.#store.block(slot);
    const { page } = block;
    const row = slot & ROW_MASK;
    head.accountId = page[Column.account + row] >>> 0;
    head.incarnation = page[Column.incarnation + row];
    head.mapId = page[Column.map + row] >>> 0;
    head.groupId = page[Column.group + row] >>> 0;
    head.storedAt = Math.floor(Date.now() / 1000);
    head.shape = this.#shapes[block.behaviorIndex];
    head.kind = kindOf(table.slotStates[slot]);
    head.isUnsent = !isDrained(page[Column.outbound + row]);
    head.isAsking = block.cold.i32[block.services.unanswered + row] !== 0;
    // When it is to wake is known of a sleeper; who is awake has it in the record.
    head.dueMs = head.kind === RecordKind.asleep ? sleepers.dueMsOf(sleepers.find(head.accountId)) : Number.POSITIVE_INFINITY;
    writeHead(view, index, head);
  }
}

function kindOf(state: number): RecordKind {
  if (state === SlotState.active) return RecordKind.active;
  return state === SlotState.quarantined ? RecordKind.quarantined : RecordKind.asleep;
}
