import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { nodeSqlite } from './node-sqlite.js';
import { type ProblemCode, StoreProblem, textOf } from './store-problem.js';

/** What tells a store's file from other SQLite files: "Dmse". */
export const APPLICATION_ID = 0x446d_7365;
export const SCHEMA_VERSION = 1;

/** Bytes of `place` in front of a record's head: id, account, length, u32 each. Little-endian. */
export const PLACE_BYTES = 12;

/** Page cache of a connection. Behind it is the operating system's: with eight times as much, 300 000 sleepers wake in 0.97 of the time, and 5000 leave 1.7 MB, not 0.8, by what is accounted. */
export const CACHE_KIB = 64;

/** Every octet in order: where one stands in it is its value, one more. */
const OCTETS = `x'${Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0')).join('')}'`;

/** One row a record. `place` is what the store itself needs to know of it, and its head; the view is for people. */
const SCHEMA = `
  CREATE TABLE record (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, place BLOB NOT NULL, bytes BLOB NOT NULL);
  CREATE TABLE note (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE store (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE VIEW session AS
    WITH octets (all256) AS (SELECT ${OCTETS})
    SELECT account,
      CASE ${octet(29)} WHEN 0 THEN 'asleep' WHEN 1 THEN 'active' WHEN 2 THEN 'quarantined' ELSE 'kind ' || (${octet(29)}) END AS kind,
      ${octet(28)} AS shape,
      ${u32(8)} AS map,
      ${u32(12)} AS "group",
      datetime(${u32(24)}, 'unixepoch') AS stored_at,
      length(bytes) AS bytes,
      id
    FROM record, octets;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

function octet(at: number): string {
  return `instr(all256, substr(place, ${PLACE_BYTES + at + 1}, 1)) - 1`;
}

function u32(at: number): string {
  return [0, 1, 2, 3].map((byte) => `(${octet(at + byte)}) * ${256 ** byte}`).join(' + ');
}

/** What an error of SQLite's carries beside its message. */
interface SqliteError extends Error {
  readonly errcode?: number;
}

/** Primary result code of an error of SQLite's; undefined: it is none. */
export function sqliteCode(error: unknown): number | undefined {
  const code = (error as SqliteError | undefined)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

export function fileError(path: string, what: string, cause?: unknown, code: ProblemCode = 'ERR_STORE_FILE'): StoreProblem {
  return new StoreProblem(code, `store file ${path} ${what}`, cause);
}

export interface FileSettings {
  readonly synchronous: 'full' | 'normal';
  /** How long somebody else's lock is waited for, wall-clock ms. */
  readonly busyMs: number;
}

/**
 * Opens a store's file to be written, and makes it if it is not there or empty. Throws `ERR_STORE_FILE` with what was found where it cannot be opened, is no store or is one of a
 * later version; leaves nothing open then.
 */
export function openForWriting(path: string, { synchronous, busyMs }: FileSettings): DatabaseSync {
  requireFolder(path);
  return opened(path, { readOnly: false, busyMs }, (database) => {
    const isNew = isEmpty(database);
    if (isNew) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    else requireStore(path, database);
    const { journal_mode: mode } = database.prepare('PRAGMA journal_mode = WAL').get() as { journal_mode: string };
    if (mode !== 'wal') throw fileError(path, `cannot have a write-ahead log on its file system: SQLite's journal is ${mode}`);
    // When what is in the log goes into the file is the writer's to say.
    database.exec(`PRAGMA synchronous = ${synchronous.toUpperCase()}; PRAGMA wal_autocheckpoint = 0`);
    // On macOS a sync alone leaves data in the disk's own memory.
    if (synchronous === 'full') database.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
    if (isNew) database.exec(`BEGIN IMMEDIATE; ${SCHEMA}; COMMIT`);
  });
}

/** Opens a store's file to be read only. Throws `ERR_STORE_FILE`, as `openForWriting`. */
export function openForReading(path: string, busyMs: number): DatabaseSync {
  requireFolder(path);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) throw fileError(path, 'is not there');
  return opened(path, { readOnly: true, busyMs }, (database) => {
    if (isEmpty(database)) throw fileError(path, 'is empty');
    requireStore(path, database);
  });
}

function opened(
  path: string,
  { readOnly, busyMs }: { readonly readOnly: boolean; readonly busyMs: number },
  prepare: (database: DatabaseSync) => void,
): DatabaseSync {
  const { DatabaseSync } = nodeSqlite();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly });
    database.exec(`PRAGMA busy_timeout = ${busyMs}; PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY`);
    prepare(database);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof StoreProblem) throw error;
    const NOT_A_DATABASE = 26;
    const READ_ONLY = 8;
    const code = sqliteCode(error);
    if (code === NOT_A_DATABASE) throw fileError(path, 'is no SQLite file', error);
    if (code === READ_ONLY) throw fileError(path, 'cannot be written to: it, or its file system, is read-only', error);
    throw fileError(path, `cannot be opened: ${textOf(error)}`, error);
  }
}

function requireFolder(path: string): void {
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw fileError(path, `cannot be there: there is no folder ${folder}`);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw fileError(path, 'is a folder');
}

function isEmpty(database: DatabaseSync): boolean {
  return numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0 && numberOf(database, 'PRAGMA application_id') === 0;
}

function requireStore(path: string, database: DatabaseSync): void {
  const application = numberOf(database, 'PRAGMA application_id');
  if (application !== APPLICATION_ID) {
    const hex = (value: number) => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
    throw fileError(path, `is a SQLite file, but no store: its application id is ${hex(application)}, a store's ${hex(APPLICATION_ID)}`);
  }
  const version = numberOf(database, 'PRAGMA user_version');
  if (version === SCHEMA_VERSION) return;
  throw fileError(
    path,
    `has schema version ${version}, this @dormouse/store-sqlite knows ${SCHEMA_VERSION}: use the version that wrote it, or a later one`,
  );
}

/** The first column of the first row, a number. */
export function numberOf(database: DatabaseSync, sql: string): number {
  const row = database.prepare(sql).get() as Record<string, unknown> | undefined;
  return Number(row === undefined ? undefined : Object.values(row)[0]);
}
