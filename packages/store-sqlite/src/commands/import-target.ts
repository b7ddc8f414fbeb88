import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { HEAD_BYTES } from '@dormouse/core';
import { isSameShape, type Shape } from '@dormouse/core/records';
import { numberOf, openForWriting, PLACE_BYTES } from '../store-file.js';
import type { ExportedRecord } from './export-format.js';
import { readShapes } from './store-contents.js';

const MOST_SHAPES = 255;
/** Where the shape's number stands in a head, and in a record beside its checksum: record/README.md of core. */
const SHAPE_IN_HEAD = 28;
const SHAPE_IN_RECORD = 1;
const CHECKSUM_IN_RECORD = 8;

interface Clock {
  readonly incarnations?: number;
}

/** A store, new or not, that records are added to in one transaction. */
export class ImportTarget {
  added = 0;
  /** Accounts that have a session already. */
  readonly refused: number[] = [];
  readonly #database: DatabaseSync;
  readonly #accounts = new Set<number>();
  readonly #insert: StatementSync;
  readonly #note: StatementSync;
  readonly #isNew: boolean;
  #id: number;
  #theirs: readonly (Shape | undefined)[] = [];
  #ours: (Shape | undefined)[] = [];
  readonly #numbers = new Map<number, number>();

  constructor(file: string) {
    this.#database = openForWriting(file, { synchronous: 'full', busyMs: 5000 });
    this.#insert = this.#database.prepare('INSERT INTO record VALUES (?, ?, ?, ?)');
    this.#note = this.#database.prepare('INSERT OR REPLACE INTO note VALUES (?, ?)');
    for (const { account } of this.#database.prepare('SELECT account FROM record').all() as { account: number }[])
      this.#accounts.add(account);
    this.#isNew = numberOf(this.#database, 'SELECT count(*) FROM note') === 0;
    this.#id = numberOf(this.#database, 'SELECT coalesce(max(id), 0) FROM record');
    this.#database.exec('BEGIN IMMEDIATE');
  }

  /** A store that no manager has had takes over the notes; another keeps its own clock, and never gives an incarnation twice. */
  begin(notes: ReadonlyMap<string, string>): void {
    if (this.#isNew) for (const [key, text] of notes) this.#note.run(key, text);
    const { shapes, problem } = readShapes(notes.get('shapes'));
    this.#theirs = shapes;
    this.#ours = this.#isNew ? [...shapes] : readShapes(this.#read('shapes')).shapes;
    if (this.#isNew) return;
    if (problem !== undefined) throw new Error(problem);
    const clock = JSON.parse(this.#read('clock') ?? '{}') as Clock;
    const incarnations = Math.max(clock.incarnations ?? 0, (JSON.parse(notes.get('clock') ?? '{}') as Clock).incarnations ?? 0);
    if (clock.incarnations !== undefined) this.#note.run('clock', JSON.stringify({ ...clock, incarnations }));
  }

  add({ head, headBytes, bytes }: ExportedRecord): void {
    if (this.#accounts.has(head.accountId)) {
      this.refused.push(head.accountId);
      return;
    }
    this.#accounts.add(head.accountId);
    const shape = this.#numberOf(head.shape);
    const place = new Uint8Array(PLACE_BYTES + HEAD_BYTES);
    const view = new DataView(place.buffer, 0, PLACE_BYTES);
    const id = ++this.#id;
    view.setUint32(0, id, true);
    view.setUint32(4, head.accountId, true);
    view.setUint32(8, bytes.length, true);
    place.set(headBytes, PLACE_BYTES);
    place[PLACE_BYTES + SHAPE_IN_HEAD] = shape;
    this.#insert.run(id, head.accountId, place, shape === head.shape ? bytes : withShape(bytes, shape));
    this.added++;
  }

  commit(): void {
    this.#note.run('shapes', JSON.stringify(Array.from(this.#ours, (shape) => shape ?? null)));
    this.#database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** What was not committed is not there. */
  close(): void {
    this.#database.close();
  }

  #read(key: string): string | undefined {
    const row = this.#database.prepare('SELECT text FROM note WHERE key = ?').get(key) as { text: string } | undefined;
    return row?.text;
  }

  /** The number that a shape of theirs has here: one of its own, if there is none like it. */
  #numberOf(theirs: number): number {
    const known = this.#numbers.get(theirs);
    if (known !== undefined) return known;
    const shape = this.#theirs[theirs];
    if (shape === undefined) throw new Error(`its shape, number ${theirs}, is not in the list of shapes`);
    let number = this.#ours.findIndex((ours) => ours !== undefined && isSameShape(ours, shape));
    // A number that is free may be that of records whose shape nobody knows: it is left alone.
    if (number === -1) number = this.#ours.length;
    if (number >= MOST_SHAPES) throw new Error(`there is no room for a further shape: there are ${MOST_SHAPES}`);
    this.#ours[number] = shape;
    this.#numbers.set(theirs, number);
    return number;
  }
}

function withShape(bytes: Uint8Array, shape: number): Uint8Array {
  const record = bytes.slice();
  const view = new DataView(record.buffer, 0, record.length);
  record[SHAPE_IN_RECORD] = shape;
  view.setUint32(CHECKSUM_IN_RECORD, 0, true);
  view.setUint32(CHECKSUM_IN_RECORD, crc32(record), true);
  return record;
}
