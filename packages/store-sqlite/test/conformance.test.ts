import { join } from 'node:path';
import type { HibernationStore } from '@dormouse/core';
import { describeHibernationStore } from '@dormouse/core/conformance';
import { describe, it } from 'vitest';
import { sqliteStore } from '../src/index.js';
import { copyOf } from './copied-file.js';
import { limitFiles, smallDisk } from './small-disk.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

const paths = new WeakMap<HibernationStore, string>();
let files = 0;

/** The first where files are by default, the others on a small disk, if there can be one. */
const WAYS = [
  { options: { thread: true }, isOnSmallDisk: false },
  { options: { thread: false }, isOnSmallDisk: true },
  { options: { synchronous: 'normal' }, isOnSmallDisk: true },
] as const;

describe.runIf(hasSqlite).each(WAYS)('with $options', ({ options, isOnSmallDisk }) => {
  const disk = isOnSmallDisk && hasSqlite ? smallDisk(128) : undefined;
  const at = (path: string): HibernationStore => {
    const store = sqliteStore(path, options);
    paths.set(store, path);
    return store;
  };
  const pathOf = (store: HibernationStore): string => paths.get(store)!;
  const breakPuts = (): (() => void) => {
    const restore = disk === undefined ? limitFiles(1_048_576) : disk.fill();
    if (restore === undefined) throw new Error('neither can a file system be mounted here, nor the size of files be limited');
    return restore;
  };
  describeHibernationStore({
    describe,
    it,
    name: 'sqlite',
    create: () => at(disk === undefined ? newFile() : join(disk.folder, `${files++}.db`)),
    reopen: (store) => at(pathOf(store)),
    afterKill: (store) => at(copyOf(pathOf(store))),
    breakPuts,
  });
});
