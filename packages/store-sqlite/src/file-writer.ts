import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { FilePlace, type Missing, putBack } from './file-place.js';
import { type FileSettings, openForWriting, sqliteCode } from './store-file.js';

/** What goes into the file together, or not at all. Arrays are as long as they say, in plain memory. */
export interface Commit {
  readonly deletes: Uint32Array;
  readonly notes: readonly (readonly [key: string, text: string])[];
  readonly ids: Uint32Array;
  readonly accountIds: Uint32Array;
  readonly ends: Uint32Array;
  readonly bytes: Uint8Array;
  /** `PLACE_BYTES` and a head of each. */
  readonly places: Uint8Array;
  /** It is to be on the disk also where commits are not synced. */
  readonly isFlush: boolean;
}

/** What a writer has come to. */
export interface WriterState {
  readonly writtenBytes: number;
  readonly pageCount: number;
  readonly freePages: number;
}

/**
 * What a commit comes to. `again`: the files had vanished, are at their place again, and all that is open of them must be closed before the commit is asked for once more.
 */
export type CommitOutcome = { readonly state: WriterState } | { readonly again: string };

const PAGE_BYTES = 4096;
/** A page in the log has a header. */
const FRAME_BYTES = PAGE_BYTES + 24;
/** Pages in the log, at most, before they are copied into the file: a log of 8 MB, and a copy that takes some 10 to 30 ms of a put. */
const MOST_FRAMES = 2000;
/** Pages that a commit writes whatever it has: the root, those of notes and free ones. */
const FRAMES_A_COMMIT = 4;
/** Pages given back in one transaction. */
const VACUUM_PAGES = 64;

/** Writes a store's file, on the thread that made it. Nobody else writes to it. */
export class FileWriter {
  readonly #path: string;
  readonly #settings: FileSettings;
  readonly #database: DatabaseSync;
  readonly #place: FilePlace;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #note: StatementSync;
  readonly #synced: StatementSync;
  readonly #pageCount: StatementSync;
  readonly #freePages: StatementSync;
  readonly #checkpoint: StatementSync;
  /** Pages in the log, at most. */
  #frames = 0;
  /** Of them, those that `writtenBytes` has. */
  #countedFrames = 0;
  #writtenBytes = 0;

  /** Throws `ERR_STORE_FILE`, with nothing left open. */
  constructor(path: string, settings: FileSettings) {
    this.#path = path;
    this.#settings = settings;
    putBack(path);
    const database = openForWriting(path, settings);
    try {
      const owner = `process ${process.pid}, since ${new Date().toISOString()}`;
      database.prepare("INSERT OR REPLACE INTO store VALUES ('owner', ?)").run(owner);
      this.#begin = database.prepare('BEGIN IMMEDIATE');
      this.#commit = database.prepare('COMMIT');
      this.#insert = database.prepare('INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)');
      this.#delete = database.prepare('DELETE FROM record WHERE id = ?');
      this.#note = database.prepare('INSERT OR REPLACE INTO note VALUES (?, ?)');
      this.#synced = database.prepare("INSERT OR REPLACE INTO store VALUES ('synced', ?)");
      this.#pageCount = database.prepare('PRAGMA page_count');
      this.#freePages = database.prepare('PRAGMA freelist_count');
      this.#checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
      this.#place = new FilePlace(path);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
  }

  get database(): DatabaseSync {
    return this.#database;
  }

  get state(): WriterState {
    return {
      writtenBytes: this.#writtenBytes,
      pageCount: firstOf(this.#pageCount),
      freePages: firstOf(this.#freePages),
    };
  }

  /** Throws what SQLite throws; nothing of the commit is in the file then. */
  commit(commit: Commit): CommitOutcome {
    const { missing } = this.#place;
    if (missing !== undefined) return { again: this.#restore(missing) };
    const isSyncing = commit.isFlush && this.#settings.synchronous === 'normal';
    if (isSyncing) this.#database.exec('PRAGMA synchronous = FULL');
    try {
      this.#transact(commit, isSyncing);
    } finally {
      if (isSyncing) this.#database.exec('PRAGMA synchronous = NORMAL');
    }
    this.#frames += framesOf(commit);
    if (this.#frames >= MOST_FRAMES) this.#copyLog();
    return { state: this.state };
  }

  /** Gives some free pages back to the file system. True: there are more. */
  vacuum(untilMs: number): boolean {
    do {
      if (firstOf(this.#freePages) === 0) return false;
      this.#database.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
      // Each page given back is the last one's, copied into its place.
      this.#frames += VACUUM_PAGES * 2;
      if (this.#frames >= MOST_FRAMES) this.#copyLog();
    } while (performance.now() < untilMs);
    return firstOf(this.#freePages) > 0;
  }

  /** The file is whole without its log then, if the disk takes it. */
  close(): void {
    this.#database.close();
  }

  #transact(commit: Commit, isSyncing: boolean): void {
    this.#begin.run();
    try {
      this.#write(commit);
      // What is in the log is synced with whatever is written to it now: it must be something.
      if (isSyncing) this.#synced.run(new Date().toISOString());
      this.#commit.run();
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #write({ deletes, notes, ids, accountIds, ends, bytes, places }: Commit): void {
    for (const id of deletes) this.#delete.run(id);
    for (const [key, text] of notes) this.#note.run(key, text);
    const placeBytes = ids.length === 0 ? 0 : places.length / ids.length;
    let start = 0;
    for (let index = 0; index < ids.length; index++) {
      const end = ends[index];
      const place = places.subarray(index * placeBytes, (index + 1) * placeBytes);
      this.#insert.run(ids[index], accountIds[index], place, bytes.subarray(start, end));
      start = end;
    }
  }

  /** What was committed is in the log: that it cannot be copied into the file loses nothing. */
  #copyLog(): void {
    // If it cannot, the log grows meanwhile, and it is tried again when it has grown by as much; what the disk cannot take, a commit will tell.
    this.#frames = 0;
    try {
      const { busy, log, checkpointed } = this.#checkpoint.get() as { busy: number; log: number; checkpointed: number };
      this.#writtenBytes += Math.max(0, log - this.#countedFrames) * FRAME_BYTES + checkpointed * PAGE_BYTES;
      // One that was copied whole begins anew with the next commit.
      this.#countedFrames = busy === 0 && log === checkpointed ? 0 : log;
    } catch (error) {
      if (sqliteCode(error) === undefined) throw error;
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has done so itself after some errors: there is no transaction. If there were, the next one could not begin, and would say so.
    }
  }

  /** Has what was committed be where it belongs, and nothing open. */
  #restore(missing: Missing): string {
    const database = this.#database;
    const path = this.#path;
    const withKept = (message: string, kept: string | undefined): string =>
      kept === undefined ? message : `${message}; what was found in its place is ${kept} now`;
    if (missing === 'file') {
      const rewrite = (into: string): void => void database.prepare('VACUUM INTO ?').run(into);
      const kept = this.#place.replace(rewrite, () => database.close());
      return withKept(`store file ${path} had vanished, and has been written anew`, kept);
    }
    if (missing === 'log') {
      const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
      if (busy !== 0) throw new Error('its log has vanished, and others are reading it');
      const kept = this.#place.clearLog();
      database.close();
      return withKept(`the log of store file ${path} had vanished: what was in it is in the file`, kept);
    }
    database.close();
    return `the lock of store file ${path} had vanished, and has been made anew`;
  }
}

function framesOf({ ids, deletes, bytes }: Commit): number {
  return ids.length + deletes.length + Math.ceil(bytes.length / PAGE_BYTES) + FRAMES_A_COMMIT;
}

function firstOf(statement: StatementSync): number {
  return Number(Object.values(statement.get() as Record<string, unknown>)[0]);
}
