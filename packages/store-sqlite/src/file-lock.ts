import { existsSync, realpathSync, rmSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { nodeSqlite } from './node-sqlite.js';
import { fileError, openForReading, sqliteCode } from './store-file.js';
import { StoreProblem, textOf } from './store-problem.js';

const BUSY = 5;

/**
 * That one store alone has a file open, in any process. It is held by an exclusive transaction on a SQLite file of its own beside it, which nobody writes to: the
 * operating system lets go of it however the process ends. Nobody may open that file, or the store's, by other means than SQLite in this process: to close it again
 * would let go of the lock (POSIX, fcntl).
 */
export class FileLock {
  readonly path: string;
  readonly #file: string;
  #database: DatabaseSync | undefined;
  #place: Stats | undefined;
  /** The lock's file was not there before. */
  #isNew = false;

  /** `file`: of the store; it need not be there. */
  constructor(file: string) {
    this.#file = file;
    this.path = `${file}-lock`;
  }

  /** Throws `ERR_STORE_LOCKED` if another has it, `ERR_STORE_FILE` if the lock's file cannot be made. */
  take(): void {
    const { DatabaseSync } = nodeSqlite();
    let database: DatabaseSync | undefined;
    this.#isNew = !existsSync(this.path);
    try {
      database = new DatabaseSync(this.path);
      database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database?.close();
      if (sqliteCode(error) !== BUSY) throw fileError(this.#file, `cannot be locked: ${this.path}: ${textOf(error)}`, error);
      throw fileError(this.#file, `is open already${ownerOf(this.#file)}: one manager alone may have it`, error, 'ERR_STORE_LOCKED');
    }
    this.#database = database;
    this.#place = statSync(this.path, { throwIfNoEntry: false });
  }

  /** Takes it anew if its file has been removed or replaced. Throws as `take`; it is not held then. */
  check(): void {
    const place = statSync(this.path, { throwIfNoEntry: false });
    if (this.#database !== undefined && place !== undefined && place.ino === this.#place?.ino && place.dev === this.#place.dev) return;
    this.release();
    this.take();
  }

  release(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  /** Lets go of it, and leaves nothing behind that was not there before. */
  withdraw(): void {
    // While it is held: nobody else has it then.
    if (this.#database !== undefined && this.#isNew) rmSync(this.path, { force: true });
    this.release();
  }
}

/** A file by the one path that it has, whatever links lead to it. */
export function onePath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Not there yet: its folder is, or that is refused in a moment.
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return path;
    }
  }
}

/** By whom it says that it was opened last. */
function ownerOf(file: string): string {
  let database: DatabaseSync | undefined;
  try {
    database = openForReading(file, 0);
    const row = database.prepare("SELECT value FROM store WHERE key = 'owner'").get() as { value: string } | undefined;
    return row === undefined ? '' : ` (${row.value})`;
  } catch (error) {
    // It is told all the same that it is open.
    if (error instanceof StoreProblem || sqliteCode(error) !== undefined) return '';
    throw error;
  } finally {
    database?.close();
  }
}
