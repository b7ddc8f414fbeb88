import { DormouseError, messageOf } from '../errors.js';
import type { HibernationStore } from '../hibernation/hibernation-store.js';
import { Column, ROW_BITS, ROW_MASK, ROWS, SlotState } from '../layout/geometry.js';
import { allocateBlockBuffer, Block } from '../memory/block.js';
import { clearServices } from '../memory/services.js';
import { SessionTable } from '../memory/session-table.js';
import { RecordReader } from '../record/record-reader.js';
import { DigestRows } from './digest-rows.js';
import type { CountedSlots } from './digest-services.js';
import { beginRow } from './new-row.js';
import { NO_SLOT, type SessionStore } from './store.js';

/** Adds all parts of a block's sessions. */
export type BlockDigest = (rows: DigestRows, block: Block, sessions: CountedSlots) => void;

/** Of a chunk's words, the first of the sums of parts; before them, the sums over all. */
const PARTS = 2;

/**
 * What those come to whose rows are stored: their records are read into rows of blocks of its own. As long as they sleep they do not
 * change, so what 64 of them come to is kept until one of these comes, goes or is moved to another map or group.
 * A sleeper whose record cannot be read counts as a new session would, asleep, on its map and in its group. Main thread only.
 */
export class SleeperDigests {
  /** Over all of them. */
  a = 0;
  b = 0;
  /** Of the last look: why the first of those who are not refused could not be read, if one could not. */
  failure: DormouseError | undefined;
  readonly partsA: Int32Array;
  readonly partsB: Int32Array;
  readonly #store: SessionStore;
  readonly #records: Pick<HibernationStore, 'read'>;
  readonly #shapes: Readonly<Uint8Array>;
  readonly #digest: BlockDigest;
  readonly #rows: DigestRows;
  /** By number of entry, 64 each. */
  readonly #chunks: (Int32Array | undefined)[] = [];
  readonly #changed = new Set<number>();
  #scratch: Scratch | undefined;

  constructor(
    store: SessionStore,
    records: Pick<HibernationStore, 'read'>,
    shapes: Readonly<Uint8Array>,
    partCount: number,
    digest: BlockDigest,
  ) {
    const { sleepers } = store;
    this.partsA = new Int32Array(partCount);
    this.partsB = new Int32Array(partCount);
    this.#store = store;
    this.#records = records;
    this.#shapes = shapes;
    this.#digest = digest;
    this.#rows = new DigestRows(partCount);
    for (const entry of sleepers.entries()) this.#changed.add(entry >> ROW_BITS);
    const { onChanged } = sleepers;
    sleepers.onChanged = (entry) => {
      onChanged?.(entry);
      this.#changed.add(entry >> ROW_BITS);
    };
  }

  /** Looks at all whose rows are stored now. */
  take(): void {
    this.failure = undefined;
    for (const chunk of [...this.#changed]) {
      // Before it is looked at: what reads a record may run something of the user's, which may change it.
      this.#changed.delete(chunk);
      this.#add(this.#chunks[chunk], -1);
      const { words, isFinal } = this.#look(chunk);
      this.#chunks[chunk] = words;
      this.#add(words, 1);
      if (!isFinal) this.#changed.add(chunk);
    }
  }

  /** Not final: rows of some are not stored yet, or their records could not be read, and may be the next time. */
  #look(chunk: number): { words: Int32Array | undefined; isFinal: boolean } {
    const store = this.#store;
    const { sleepers, index } = store;
    const rows = this.#rows;
    const stored: number[] = [];
    let isFinal = true;
    for (let entry = chunk << ROW_BITS; entry < (chunk + 1) << ROW_BITS; entry++) {
      if (!sleepers.has(entry)) continue;
      if (index.get(sleepers.accountOf(entry)) === NO_SLOT) stored.push(entry);
      else isFinal = false;
    }
    if (stored.length === 0) return { words: undefined, isFinal };
    const words = new Int32Array(PARTS + 2 * this.partsA.length);
    this.#scratch ??= new Scratch(store, this.#shapes);
    const scratch = this.#scratch;
    rows.clear();
    const { hosts } = store.pool;
    // Of a behaviour that the manager has not, after a restart: as a new session of the first.
    const behaviorOf = (entry: number): number => (sleepers.behaviorOf(entry) < hosts.length ? sleepers.behaviorOf(entry) : 0);
    for (const behaviorIndex of new Set(stored.map(behaviorOf))) {
      const entries = stored.filter((entry) => behaviorOf(entry) === behaviorIndex);
      const block = scratch.block(behaviorIndex);
      scratch.clear(block);
      for (const entry of entries) {
        const failure = scratch.fill(block, entry, this.#records);
        if (failure === undefined || sleepers.isRefused(entry)) continue;
        isFinal = false;
        this.failure ??= failure;
      }
      rows.attach(scratch.table, block);
      this.#digest(rows, block, scratch);
      for (const entry of entries) {
        const row = entry & ROW_MASK;
        words[0] += rows.rowsA[row];
        words[1] += rows.rowsB[row];
      }
    }
    words.set(rows.partsA, PARTS);
    words.set(rows.partsB, PARTS + rows.partsA.length);
    return { words, isFinal };
  }

  #add(words: Int32Array | undefined, sign: 1 | -1): void {
    if (words === undefined) return;
    const { partsA, partsB } = this;
    this.a = (this.a + sign * words[0]) | 0;
    this.b = (this.b + sign * words[1]) | 0;
    for (let part = 0; part < partsA.length; part++) {
      partsA[part] += sign * words[PARTS + part];
      partsB[part] += sign * words[PARTS + partsA.length + part];
    }
  }
}

/** A block for each behaviour, in a table of its own, for rows that sleep. */
class Scratch implements CountedSlots {
  readonly table: SessionTable;
  readonly #store: SessionStore;
  readonly #reader: RecordReader;
  readonly #blocks: (Block | undefined)[] = [];

  constructor(store: SessionStore, shapes: Readonly<Uint8Array>) {
    this.table = SessionTable.reserve(store.pool.hosts.length * ROWS);
    this.#store = store;
    this.#reader = new RecordReader(this.table, shapes);
  }

  block(behaviorIndex: number): Block {
    let block = this.#blocks[behaviorIndex];
    if (block === undefined) {
      const { blockLayout } = this.#store.pool.hosts[behaviorIndex];
      block = new Block(this.table, behaviorIndex, behaviorIndex, blockLayout, allocateBlockBuffer(blockLayout));
      this.#blocks[behaviorIndex] = block;
    }
    return block;
  }

  clear({ firstSlot }: Block): void {
    this.table.slotStates.fill(SlotState.free, firstSlot, firstSlot + ROWS);
  }

  /** Puts what an entry's record says into the row of its number; returns why that cannot be read. */
  fill(block: Block, entry: number, records: Pick<HibernationStore, 'read'>): DormouseError | undefined {
    const { sleepers, pool } = this.#store;
    const row = entry & ROW_MASK;
    const accountId = sleepers.accountOf(entry);
    const incarnation = sleepers.incarnationOf(entry);
    const mapId = sleepers.mapOf(entry);
    const groupId = sleepers.groupOf(entry);
    let failure: DormouseError | undefined;
    this.table.slotStates[block.firstSlot + row] = SlotState.hibernating;
    try {
      this.#reader.read(records.read(accountId, sleepers.locationOf(entry)), accountId, block, row);
    } catch (cause) {
      // Whoever wakes it is told.
      failure = new DormouseError('ERR_STORE_FAILED', `the record of account ${accountId} could not be read: ${messageOf(cause)}`, {
        accountId,
        cause,
      });
      const host = pool.hosts[block.behaviorIndex];
      beginRow(block, row, { accountId, incarnation, host, mapId, groupId, init: undefined }, 0);
      this.table.faultCounts[block.firstSlot + row] = 0;
      this.table.doubles[block.firstActivity + row] = 0;
      host.initialise(block, row);
      clearServices(block, row);
    }
    block.page[Column.map + row] = mapId;
    block.page[Column.group + row] = groupId;
    return failure;
  }

  updateCount(slot: number): number {
    return -(this.#blocks[slot >> ROW_BITS]?.page[Column.updateBias + (slot & ROW_MASK)] ?? 0);
  }
}
