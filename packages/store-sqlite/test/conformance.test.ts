import type { HibernationStore } from '@dormouse/core';
import { describeHibernationStore } from '@dormouse/core/conformance';
import { describe, it } from 'vitest';
import { sqliteStore } from '../src/index.js';
import { copyOf } from './copied-file.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

const paths = new WeakMap<HibernationStore, string>();

describe.runIf(hasSqlite).each([{ thread: true }, { thread: false }, { synchronous: 'normal' }] as const)('with %o', (options) => {
  const at = (path: string): HibernationStore => {
    const store = sqliteStore(path, options);
    paths.set(store, path);
    return store;
  };
  const pathOf = (store: HibernationStore): string => paths.get(store)!;
  const afterKill = (store: HibernationStore): HibernationStore => at(copyOf(pathOf(store)));
  describeHibernationStore({
    describe,
    it,
    name: 'sqlite',
    create: () => at(newFile()),
    reopen: (store) => at(pathOf(store)),
    afterKill,
  });
});
