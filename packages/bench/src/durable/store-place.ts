import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HibernationStore, memoryStore } from '@dormouse/core';
import { sqliteStore } from '@dormouse/store-sqlite';

export const STORES = ['memory', 'memory-deflate', 'sqlite'] as const;
export type StoreKind = (typeof STORES)[number];

/** How far a durable store goes before it says that a record is stored: until the disk has it, or the operating system. */
export const SYNCHRONOUS = ['full', 'normal'] as const;
export type Synchronous = (typeof SYNCHRONOUS)[number];

/** A folder for a store's file that is gone when whatever was measured is done. */
export class StorePlace {
  readonly folder: string;
  readonly file: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.file = join(folder, 'sessions.db');
  }

  /** One that another process has made, and will remove. */
  static at(folder: string): StorePlace {
    return new StorePlace(folder);
  }

  /** In the system's folder for such files, or in another one, such as on the disk that is to be measured. */
  static async make(folder: string = tmpdir()): Promise<StorePlace> {
    return new StorePlace(await mkdtemp(join(folder, 'dormouse-bench-')));
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** A store, not opened; one that has a file has it at `place`. Throws `ERR_NODE_VERSION` where there is none for this version of Node.js. */
export function makeStore(kind: StoreKind, place: StorePlace | undefined, synchronous: Synchronous): HibernationStore {
  if (kind !== 'sqlite') return memoryStore({ deflate: kind === 'memory-deflate' });
  if (place === undefined) throw new TypeError('a store with a file needs a place for it');
  return sqliteStore(place.file, { synchronous });
}
