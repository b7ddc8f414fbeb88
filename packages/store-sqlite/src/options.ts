import { resolve } from 'node:path';
import { DormouseError, type HibernationStore } from '@dormouse/core';
import { nodeSqlite } from './node-sqlite.js';
import { SqliteStore } from './sqlite-store.js';
import { storeError } from './store-error.js';
import { ThreadWriting } from './thread-writing.js';
import { DirectWriting } from './writing.js';

/** What a {@link sqliteStore} can be told. */
export interface SqliteStoreOptions {
  /**
   * `'full'`: what was stored survives that the power is cut, for a sync of the disk with every batch. `'normal'`: it survives that the process is killed; if the power is cut, the last
   * seconds may be lost, back to the last checkpoint at most, and what is there is whole. Default `'full'`.
   */
  readonly synchronous?: 'full' | 'normal';
  /** Writes on a thread of the store's own, so that a slow disk holds nobody up. `false`: on the manager's, between ticks. Default true. */
  readonly thread?: boolean;
}

const KEYS = ['synchronous', 'thread'];
/** How long the lock of somebody who looks into the file is waited for, wall-clock ms: with a thread, without. */
const BUSY_MS = 5000;
const DIRECT_BUSY_MS = 200;

/**
 * Keeps sessions in the SQLite file at `path`, which is made if it is not there: they outlive the process. One manager alone has it open, in any process; what is in it
 * can be looked at with `sqlite3` meanwhile (`SELECT * FROM session`). Beside it SQLite has `-wal` and `-shm`, and the store `-lock`.
 *
 * Takes 8 bytes of memory a record, page caches of 128 KiB and, with `thread`, a thread. Needs Node.js 22.13 or later.
 *
 * Throws `ERR_NODE_VERSION`, `ERR_CONFIG_INVALID`, `ERR_CONFIG_KEY_UNKNOWN`; the start of its manager rejects with `ERR_STORE_LOCKED`, `ERR_STORE_FILE`.
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): HibernationStore {
  if (typeof path !== 'string' || path === '' || path === ':memory:' || path.startsWith('file:')) {
    throw invalid(`path must be that of a file: got ${JSON.stringify(path)}`);
  }
  if (typeof options !== 'object' || options === null) throw invalid(`sqliteStore options must be an object: got ${String(options)}`);
  for (const key of Object.keys(options)) {
    if (KEYS.includes(key)) continue;
    throw new DormouseError('ERR_CONFIG_KEY_UNKNOWN', `unknown option of sqliteStore ${JSON.stringify(key)}: known are ${KEYS.join(', ')}`);
  }
  const { synchronous = 'full', thread = true } = options;
  if (synchronous !== 'full' && synchronous !== 'normal') {
    throw invalid(`synchronous must be 'full' or 'normal': got ${JSON.stringify(synchronous)}`);
  }
  if (typeof thread !== 'boolean') throw invalid(`thread must be true or false: got ${JSON.stringify(thread)}`);
  try {
    nodeSqlite();
  } catch (error) {
    throw storeError(error, 'cannot be made');
  }
  const settings = { synchronous, busyMs: thread ? BUSY_MS : DIRECT_BUSY_MS };
  return new SqliteStore(resolve(path), (file) => (thread ? new ThreadWriting(file, settings) : new DirectWriting(file, settings)));
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_CONFIG_INVALID', message);
}
