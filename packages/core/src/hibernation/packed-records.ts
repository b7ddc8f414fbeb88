import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { powerOfTwoFrom } from '../layout/geometry.js';
import type { Chunk } from './arena.js';
import { ArenaRecords } from './arena-records.js';
import { Columns } from './columns.js';
import { MOST_RECORDS, NO_LOCATION, type RecordBatch } from './hibernation-store.js';
import {
  accountAt,
  bodyOf,
  type GroupHead,
  groupOf,
  groupWords,
  hasRecord,
  indexOf,
  isThere,
  lengthAt,
  readEnds,
  readHead,
  removeRecord,
  writeGroup,
} from './record-group.js';

/**
 * Of levels 1…9 the one that takes least time for what columns have to give: 108 bytes of 300 where 6 makes it 106, in half the time. A window of 8 KiB and half
 * the memory for symbols lose nothing, and are 100 KB instead of 268 that are allocated each time.
 */
const DEFLATE = { level: 3, windowBits: 13, memLevel: 7 } as const;
/** What comes out is mostly less than this part of what goes in: one piece of memory, and not 16 KiB. */
const CHUNK_SHARE = 2;
/** Fewer records of fewer bytes are not worth a deflate yet: they wait, as they are, for others to come. */
const LEAST_PACKED_RECORDS = 16;
const LEAST_PACKED_BYTES = 8192;
/** Bytes of a group's records at most, unless one alone is larger: the length of each has 16 bits. */
const MOST_GROUP_BYTES = 65_535;
const LEAST_SCRATCH_BYTES = 16_384;

/**
 * Records deflated by up to 32 together. One is read by inflating its group, which is kept until another is: so whoever wakes sessions that
 * fell asleep together inflates once. What is left of a group stays until compaction packs survivors of several into one.
 */
export class PackedRecords extends ArenaRecords {
  /** Groups that are not deflated, waiting for others. */
  readonly #loose = new Set<number>();
  #looseRecords = 0;
  /** The group looked into last, by its location; its records, in columns where they are deflated. */
  #opened = NO_LOCATION;
  #content: Uint8Array = new Uint8Array(0);
  #isInColumns = false;
  readonly #taking = new Columns();
  readonly #packing = new Columns();
  /** Its last record that was asked for. */
  #record = new Uint8Array(LEAST_SCRATCH_BYTES);
  #columns = new Uint8Array(LEAST_SCRATCH_BYTES);
  readonly #ends = new Uint32Array(MOST_RECORDS);
  readonly #stage = new Stage();

  read(accountId: number, location: number): Uint8Array | undefined {
    const at = groupOf(location);
    const chunk = this.#find(accountId, location);
    if (chunk === undefined) return undefined;
    this.#open(chunk, at);
    return this.#recordAt(indexOf(location));
  }

  delete(accountId: number, location: number): void {
    const chunk = this.#find(accountId, location);
    if (chunk !== undefined) this.#letGo(chunk, groupOf(location), indexOf(location));
  }

  compact(untilMs: number): boolean {
    this.arena.trim();
    do {
      // One that failed has left something, which may have changed since.
      this.#stage.clear();
      if (this.#looseRecords >= MOST_RECORDS) this.#packLoose();
      else if (!this.#packSparse()) return false;
    } while (performance.now() < untilMs);
    return this.#looseRecords >= MOST_RECORDS || this.hasChunkToEmpty;
  }

  override clear(): void {
    super.clear();
    this.#loose.clear();
    this.#looseRecords = 0;
    this.#opened = NO_LOCATION;
  }

  protected get scratchBytes(): number {
    return this.#content.length + this.#record.length + this.#columns.length + this.#stage.bytes.length;
  }

  /** As many as go into one group. */
  protected add({ bytes, ends, accountIds, count }: RecordBatch, first: number): number {
    const start = first === 0 ? 0 : ends[first - 1];
    let behind = first + 1;
    while (behind < count && ends[behind] - start <= MOST_GROUP_BYTES) behind++;
    const size = behind - first;
    const groupEnds = new Uint32Array(size);
    const groupAccounts = new Uint32Array(size);
    for (let i = 0; i < size; i++) {
      groupEnds[i] = ends[first + i] - start;
      groupAccounts[i] = accountIds[first + i];
    }
    const rows = bytes.subarray(start, ends[behind - 1]);
    const isLoose = size < LEAST_PACKED_RECORDS && rows.length < LEAST_PACKED_BYTES;
    const packed = isLoose ? rows : this.#deflated(rows, groupEnds, size);
    const isDeflated = packed.length < rows.length;
    const body = isDeflated ? packed : rows;
    const head: GroupHead = { count: size, isDeflated, bodyBytes: body.length };
    const location = this.arena.append(groupWords(head));
    const chunk = this.arena.chunkOf(location) as Chunk;
    writeGroup(chunk, location - chunk.base, head, groupAccounts, groupEnds, body);
    for (let i = 0; i < size; i++) this.placed[first + i] = location + i;
    this.count += size;
    this.recordBytes += rows.length;
    if (isLoose) {
      this.#loose.add(location);
      this.#looseRecords += size;
    }
    return behind;
  }

  #deflated(rows: Uint8Array, ends: Uint32Array, count: number): Uint8Array {
    this.#columns = withRoom(this.#columns, rows.length);
    this.#packing.set(ends, count);
    for (let i = 0, start = 0; i < count; start = ends[i++]) this.#packing.put(this.#columns, i, rows, start, ends[i] - start);
    return deflateRawSync(this.#columns.subarray(0, rows.length), {
      ...DEFLATE,
      chunkSize: Math.max(64, Math.ceil(rows.length / CHUNK_SHARE)),
    });
  }

  #find(accountId: number, location: number): Chunk | undefined {
    const chunk = location === NO_LOCATION ? undefined : this.arena.chunkOf(groupOf(location));
    return chunk !== undefined && isThere(chunk, groupOf(location) - chunk.base, indexOf(location), accountId) ? chunk : undefined;
  }

  /** Has content and ends be those of the group at this location. Most of what reading one record takes is here: of zlib, and a sixth of that its set-up. */
  #open(chunk: Chunk, location: number): void {
    if (this.#opened === location) return;
    this.#opened = NO_LOCATION;
    const at = location - chunk.base;
    const head = readHead(chunk, at);
    readEnds(chunk, at, head.count, this.#ends);
    const body = bodyOf(chunk, at, head);
    this.#isInColumns = head.isDeflated;
    if (head.isDeflated) this.#taking.set(this.#ends, head.count);
    // Copied: views of memory that can shrink are slow to read from.
    this.#content = head.isDeflated ? inflateRawSync(body, { chunkSize: Math.max(this.#ends[head.count - 1], 64) }) : body.slice();
    this.#opened = location;
  }

  /** A record of the group that is open; valid until another is asked for. */
  #recordAt(index: number): Uint8Array {
    const start = index === 0 ? 0 : this.#ends[index - 1];
    if (!this.#isInColumns) return this.#content.subarray(start, this.#ends[index]);
    const length = this.#ends[index] - start;
    this.#record = withRoom(this.#record, length);
    this.#taking.take(this.#content, index, length, this.#record);
    return this.#record.subarray(0, length);
  }

  #letGo(chunk: Chunk, location: number, index: number): void {
    const at = location - chunk.base;
    const head = readHead(chunk, at);
    const words = groupWords(head);
    const share = Math.floor(words / head.count);
    this.count--;
    this.recordBytes -= lengthAt(chunk, at, head.count, index);
    const isLoose = this.#loose.has(location);
    if (isLoose) this.#looseRecords--;
    // What a group takes is let go of in parts, so that a chunk of groups with few left in them is seen to be sparse.
    if (!removeRecord(chunk, at, index)) {
      this.arena.free(location, share);
      return;
    }
    if (isLoose) this.#loose.delete(location);
    if (this.#opened === location) this.#opened = NO_LOCATION;
    this.arena.free(location, words - share * (head.count - 1));
  }

  #packLoose(): void {
    for (const location of this.#loose) {
      if (!this.#stageGroup(this.arena.chunkOf(location) as Chunk, location)) break;
    }
    this.#packStage();
  }

  /** Packs up to 32 survivors of the chunk of which least is left. False: there is no such chunk. */
  #packSparse(): boolean {
    const chunk = this.chunkToEmpty();
    if (chunk === undefined) return false;
    let at = this.emptiedWords;
    while (at < chunk.used && this.#stageGroup(chunk, chunk.base + at)) at += groupWords(readHead(chunk, at));
    this.#packStage();
    // Not before: what could not be packed is gone through again.
    this.emptiedWords = at;
    return true;
  }

  /** Adds the group's records to those that are to be packed; false: they have no room, or not all of them. */
  #stageGroup(chunk: Chunk, location: number): boolean {
    const at = location - chunk.base;
    const { count } = readHead(chunk, at);
    for (let index = 0; index < count; index++) {
      if (!hasRecord(chunk, at, index)) continue;
      if (!this.#stage.hasRoomFor(lengthAt(chunk, at, count, index))) return false;
      this.#open(chunk, location);
      this.#stage.add(accountAt(chunk, at, index), location + index, this.#recordAt(index));
    }
    return true;
  }

  /** Puts what was staged where it is to be, and lets go of where it was. */
  #packStage(): void {
    const { count, accountIds, locations } = this.#stage;
    for (let put = 0; put < count; ) put = this.add(this.#stage, put);
    const { placed } = this;
    for (let i = 0; i < count; i++) {
      this.delete(accountIds[i], locations[i]);
      this.moved(accountIds[i], placed[i]);
    }
  }
}

/** Records of several groups that are to become one. */
class Stage {
  count = 0;
  bytes = new Uint8Array(LEAST_SCRATCH_BYTES);
  readonly ends = new Uint32Array(MOST_RECORDS);
  readonly accountIds = new Uint32Array(MOST_RECORDS);
  /** Where they are so far. */
  readonly locations = new Uint32Array(MOST_RECORDS);

  hasRoomFor(byteCount: number): boolean {
    return this.count === 0 || (this.count < MOST_RECORDS && this.ends[this.count - 1] + byteCount <= MOST_GROUP_BYTES);
  }

  add(accountId: number, location: number, record: Uint8Array): void {
    const start = this.count === 0 ? 0 : this.ends[this.count - 1];
    this.bytes = withRoom(this.bytes, start + record.length);
    this.bytes.set(record, start);
    this.ends[this.count] = start + record.length;
    this.accountIds[this.count] = accountId;
    this.locations[this.count++] = location;
  }

  clear(): void {
    this.count = 0;
  }
}

/** These bytes, or more of them with the same beginning. */
function withRoom(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (bytes.length >= length) return bytes;
  const larger = new Uint8Array(powerOfTwoFrom(length));
  larger.set(bytes);
  return larger;
}
