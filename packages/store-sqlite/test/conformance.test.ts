import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { HibernationStore } from '@dormouse/core';
import { describeHibernationStore } from '@dormouse/core/conformance';
import { describe, it } from 'vitest';
import { sqliteStore } from '../src/index.js';
import { newFile, temporaryFolder } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

const paths = new WeakMap<HibernationStore, string>();

describe.runIf(hasSqlite).each([{ thread: true }, { thread: false }, { synchronous: 'normal' }] as const)('with %o', (options) => {
  const at = (path: string): HibernationStore => {
    const store = sqliteStore(path, options);
    paths.set(store, path);
    return store;
  };
  const pathOf = (store: HibernationStore): string => paths.get(store)!;
  /** Files as they are, by another process: to close one here would let go of the locks on it. */
  const afterKill = (store: HibernationStore): HibernationStore => {
    const path = pathOf(store);
    const folder = join(temporaryFolder(), 'copy');
    mkdirSync(folder);
    execFileSync('/bin/sh', ['-c', 'cp "$1"* "$2"', 'sh', path, folder]);
    execFileSync('/bin/sh', ['-c', 'rm -f "$1"/*-shm "$1"/*-lock', 'sh', folder]);
    return at(join(folder, basename(path)));
  };
  describeHibernationStore({
    describe,
    it,
    name: 'sqlite',
    create: () => at(newFile()),
    reopen: (store) => at(pathOf(store)),
    afterKill,
  });
});
