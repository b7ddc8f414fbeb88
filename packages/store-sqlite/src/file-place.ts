import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** SQLite's own files of one, by what is behind its name: the file itself, its write-ahead log and that one's index. */
const FILES = ['', '-wal', '-shm'] as const;
const LOG_FILES = FILES.slice(1);
/** What says that it is open. */
const LOCK = '-lock';
const ALL = [...FILES, LOCK];

/** What was rewritten of a file that had vanished: whole, and not yet at its place. */
const REWRITTEN = '-rewritten';

/** What is no longer there, or another's. */
export type Missing = 'file' | 'log' | 'lock';

type Place = ReadonlyMap<string, Stats | undefined>;

/** Where the files of an open store are, to see whether they still are. */
export class FilePlace {
  readonly #path: string;
  readonly #place: Place;

  constructor(path: string) {
    this.#path = path;
    this.#place = placeOf(path);
  }

  get missing(): Missing | undefined {
    const now = placeOf(this.#path);
    const isGone = (suffix: string): boolean => !isSame(now.get(suffix), this.#place.get(suffix));
    if (isGone('')) return 'file';
    if (LOG_FILES.some(isGone)) return 'log';
    return isGone(LOCK) ? 'lock' : undefined;
  }

  /**
   * Has what `rewrite` writes be the file from now on; everything that is open of the old one must be closed when it returns, and before it is opened again. What is at its place and is not
   * ours is kept under another name, which is returned. Whenever the process dies, one whole file is there, if only as `-rewritten`.
   */
  replace(rewrite: (into: string) => void, close: () => void): string | undefined {
    const rewriting = `${this.#path}-rewriting`;
    rmSync(rewriting, { force: true });
    rewrite(rewriting);
    sync(rewriting);
    renameSync(rewriting, `${this.#path}${REWRITTEN}`);
    // Before anything is closed: SQLite removes a log by its name.
    const kept = this.#clear(FILES);
    close();
    putBack(this.#path);
    return kept;
  }

  /** Has no log be there that is not of what the file is now, all of which must be in it. What is not ours is kept: under this name. */
  clearLog(): string | undefined {
    return this.#clear(LOG_FILES);
  }

  #clear(suffixes: readonly string[]): string | undefined {
    const now = placeOf(this.#path);
    let kept: string | undefined;
    for (const suffix of suffixes) {
      const path = `${this.#path}${suffix}`;
      if (isSame(now.get(suffix), this.#place.get(suffix))) rmSync(path, { force: true });
      else if (now.get(suffix) !== undefined) {
        kept ??= `${this.#path}-found-${Date.now()}`;
        renameSync(path, `${kept}${suffix}`);
      }
    }
    return kept;
  }
}

/** If a process has died while it replaced a file that had vanished, what it has rewritten becomes the file. */
export function putBack(path: string): void {
  if (existsSync(path) || !existsSync(`${path}${REWRITTEN}`)) return;
  for (const suffix of LOG_FILES) rmSync(`${path}${suffix}`, { force: true });
  renameSync(`${path}${REWRITTEN}`, path);
  sync(dirname(path));
}

/** Has what is written of a file be on the disk. Never of one that SQLite has open: closing it would let go of its locks. */
export function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Bytes of a store's file and log. The log's index is none that a disk has to keep. */
export function bytesOnDisk(path: string): number {
  const place = placeOf(path);
  return (place.get('')?.size ?? 0) + (place.get('-wal')?.size ?? 0);
}

function placeOf(path: string): Place {
  return new Map(ALL.map((suffix) => [suffix, statSync(`${path}${suffix}`, { throwIfNoEntry: false })]));
}

function isSame(one: Stats | undefined, other: Stats | undefined): boolean {
  return one?.ino === other?.ino && one?.dev === other?.dev;
}
