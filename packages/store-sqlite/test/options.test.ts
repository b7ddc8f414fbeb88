import { DormouseError } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../src/index.js';
import { nodeSqlite } from '../src/node-sqlite.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

function refusal(make: () => unknown): DormouseError {
  try {
    make();
  } catch (error) {
    if (DormouseError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe.runIf(!hasSqlite)('on a Node.js without node:sqlite', () => {
  it('the package can be imported, and making a store says which version it needs and which this is', () => {
    const { code, message } = refusal(() => sqliteStore(newFile()));
    expect(code).toBe('ERR_NODE_VERSION');
    expect(message).toContain('Node.js 22.13 or later');
    expect(message).toContain(process.versions.node);
  });
});

describe.runIf(hasSqlite)('on a Node.js with node:sqlite', () => {
  it('a store is made without a file', () => {
    expect(sqliteStore(newFile())).toMatchObject({ name: 'sqlite', contractVersion: 1 });
  });
});

describe('options', () => {
  it.each([
    [{ synchronous: 'off' }, 'ERR_CONFIG_INVALID', `synchronous must be 'full' or 'normal': got "off"`],
    [{ thread: 1 }, 'ERR_CONFIG_INVALID', 'thread must be true or false: got 1'],
    [{ sync: 'full' }, 'ERR_CONFIG_KEY_UNKNOWN', 'unknown option of sqliteStore "sync": known are synchronous, thread'],
    [null, 'ERR_CONFIG_INVALID', 'sqliteStore options must be an object: got null'],
  ])('%o is refused by name', (options, code, message) => {
    expect(refusal(() => sqliteStore('x.db', options as never))).toMatchObject({ code, message });
  });

  it.each(['', ':memory:', 'file:x.db', undefined])('a path that is no file’s is refused: %o', (path) => {
    expect(refusal(() => sqliteStore(path as never))).toMatchObject({ code: 'ERR_CONFIG_INVALID' });
  });
});

describe('the warning that SQLite is experimental', () => {
  it('is kept quiet; whoever emits warnings meanwhile and afterwards is heard', () => {
    const { emitWarning, getBuiltinModule } = process;
    const heard: unknown[] = [];
    process.emitWarning = ((warning: unknown) => heard.push(warning)) as typeof emitWarning;
    process.getBuiltinModule = (() => {
      process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
      process.emitWarning('another', 'ExperimentalWarning');
      process.emitWarning('SQLite is an experimental feature', 'DeprecationWarning');
      return {};
    }) as never;
    try {
      nodeSqlite();
      process.emitWarning('afterwards');
    } finally {
      process.emitWarning = emitWarning;
      process.getBuiltinModule = getBuiltinModule;
    }
    expect(heard).toEqual(['another', 'SQLite is an experimental feature', 'afterwards']);
  });
});
