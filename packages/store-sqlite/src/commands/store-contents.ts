import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import {
  checkShape,
  emptyHead,
  HEAD_BYTES,
  type IndexHead,
  layoutOf,
  readHead,
  type Shape,
  type StateLayout,
} from '@dormouse/core/records';
import { FileLock, onePath } from '../file-lock.js';
import { bytesOnDisk, putBack } from '../file-place.js';
import { numberOf, openForReading, PLACE_BYTES } from '../store-file.js';
import { StoreProblem, textOf } from '../store-problem.js';

const BUSY_MS = 5000;
const ROWS = 256;

/** A record as it stands in the file. */
export interface StoredRecord {
  readonly id: number;
  readonly account: number;
  readonly place: Uint8Array;
  readonly bytes: Uint8Array;
}

/** A store's file, open to be read by a command. */
export class StoreContents {
  readonly path: string;
  readonly notes: ReadonlyMap<string, string>;
  /** By number. Empty where the note is missing or no list of shapes: see {@link shapesProblem}. */
  readonly shapes: readonly (Shape | undefined)[];
  readonly shapesProblem: string | undefined;
  /** Who has it open, if it may be open. */
  readonly openElsewhere: string | undefined;
  readonly #database: DatabaseSync;
  readonly #lock: FileLock | undefined;
  readonly #layouts = new Map<number, StateLayout | undefined>();

  private constructor(path: string, lock: FileLock | undefined, openElsewhere: string | undefined) {
    this.path = path;
    this.openElsewhere = openElsewhere;
    this.#lock = lock;
    this.#database = openForReading(path, BUSY_MS);
    const rows = this.#database.prepare('SELECT key, text FROM note').all() as unknown as { key: string; text: string }[];
    this.notes = new Map(rows.map(({ key, text }) => [key, text]));
    const { shapes, problem } = readShapes(this.notes.get('shapes'));
    this.shapes = shapes;
    this.shapesProblem = problem;
  }

  /** Nobody else can open it until it is closed. Throws `ERR_STORE_LOCKED` if somebody has, `ERR_STORE_FILE`. */
  static alone(path: string): StoreContents {
    const file = existing(path);
    const lock = new FileLock(file);
    lock.take();
    try {
      return new StoreContents(file, lock, undefined);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Also where somebody has it open, who goes on writing. Throws `ERR_STORE_FILE`. */
  static beside(path: string): StoreContents {
    const file = existing(path);
    // Who has it open has made this.
    if (!existsSync(`${file}-lock`)) return new StoreContents(file, undefined, undefined);
    try {
      return StoreContents.alone(path);
    } catch (error) {
      if (!(error instanceof StoreProblem) || error.code !== 'ERR_STORE_LOCKED') throw error;
      return new StoreContents(file, undefined, error.message);
    }
  }

  get count(): number {
    return numberOf(this.#database, 'SELECT count(*) FROM record');
  }

  get fileBytes(): number {
    return bytesOnDisk(this.path);
  }

  /** Of them, bytes of pages that hold nothing. */
  get freeBytes(): number {
    return numberOf(this.#database, 'PRAGMA freelist_count') * numberOf(this.#database, 'PRAGMA page_size');
  }

  /** All records, by id; none is missed or twice if somebody writes meanwhile, but each is as it is when it is reached. */
  *records(): Generator<StoredRecord> {
    const query = this.#database.prepare(`SELECT id, account, place, bytes FROM record WHERE id > ? ORDER BY id LIMIT ${ROWS}`);
    for (let behind = 0; ; ) {
      const rows = query.all(behind) as unknown as StoredRecord[];
      yield* rows;
      if (rows.length < ROWS) return;
      behind = rows[rows.length - 1].id;
    }
  }

  /** Of one account: more than one only in a damaged file. */
  recordsOf(account: number): StoredRecord[] {
    return this.#database
      .prepare('SELECT id, account, place, bytes FROM record WHERE account = ?')
      .all(account) as unknown as StoredRecord[];
  }

  /** What SQLite finds wrong with the file. */
  integrity(): string[] {
    const rows = this.#database.prepare('PRAGMA integrity_check(20)').all() as unknown as { integrity_check: string }[];
    return rows.map(({ integrity_check: line }) => line).filter((line) => line !== 'ok');
  }

  /** How state is laid out in records of this shape. Undefined: it is not known. */
  layout(shape: number): StateLayout | undefined {
    if (!this.#layouts.has(shape)) {
      const known = this.shapes[shape];
      this.#layouts.set(shape, known && layoutOf(known));
    }
    return this.#layouts.get(shape);
  }

  close(): void {
    this.#database.close();
    this.#lock?.release();
  }
}

/** The head in a record's place. Throws where it is not as long as one. */
export function headIn(place: Uint8Array): IndexHead {
  if (place.length !== PLACE_BYTES + HEAD_BYTES) throw new Error(`its head must be ${PLACE_BYTES + HEAD_BYTES} bytes: got ${place.length}`);
  return readHead(new DataView(place.buffer, place.byteOffset + PLACE_BYTES, HEAD_BYTES), 0, emptyHead());
}

function existing(path: string): string {
  const file = onePath(resolve(path));
  putBack(file);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) throw new StoreProblem('ERR_STORE_FILE', `store file ${file} is not there`);
  return file;
}

export function readShapes(note: string | undefined): { shapes: (Shape | undefined)[]; problem?: string } {
  if (note === undefined) return { shapes: [], problem: 'there is no note "shapes"' };
  try {
    const list: unknown = JSON.parse(note);
    if (!Array.isArray(list)) throw new Error('it is no list');
    return {
      shapes: list.map((value: unknown) => {
        if (value === null) return undefined;
        checkShape(value);
        return value;
      }),
    };
  } catch (error) {
    return { shapes: [], problem: `note "shapes" cannot be read: ${textOf(error)}` };
  }
}
