import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadScheduler } from '@dormouse/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../manager/test-manager.js';

let folder: string;
/** A file of the program that asks: what is installed for it is found. */
let program: string;

/** A module whose default export makes a scheduler of this name, with its options for all to see. */
const moduleOf = (name: string): string => `
  const nothing = () => {};
  export default (options) => ({
    contractVersion: 1, name: '${name}', supports: { workers: false, resize: false, callerParticipates: true },
    start: nothing, parallelFor: nothing, resize: nothing, stop: nothing, stats: () => ({ participants: [] }), options,
  });`;

function write(path: string, content: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function install(name: string, manifest: object, files: Record<string, string>): void {
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', ...manifest }));
  for (const [path, content] of Object.entries(files)) write(`node_modules/${name}/${path}`, content);
}

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dormouse-load-')));
  program = write('program.mjs', '');
  install('@dormouse/scheduler-inline', { exports: { '.': { default: './dist/index.js' } } }, { 'dist/index.js': moduleOf('built in') });
  install('@dormouse/scheduler-poolifier', { exports: './not-built.js' }, {});
  install('plain-scheduler', { main: './main.js' }, { 'main.js': moduleOf('plain') });
  install('import-scheduler', { exports: { import: './index.js' } }, { 'index.js': moduleOf('for import') });
  install(
    '@some/nested-scheduler',
    { exports: { '.': { types: './x.d.ts', node: { import: './index.js' } }, './sub': { import: './sub.js' } } },
    { 'index.js': moduleOf('nested'), 'sub.js': moduleOf('sub') },
  );
  install('closed-scheduler', { exports: { './other': './index.js' } }, { 'index.js': moduleOf('closed') });
  write('own.mjs', moduleOf('own'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('loadScheduler', () => {
  it('finds a built-in one by its name, from the folder where it is installed', async () => {
    expect((await loadScheduler('inline', {}, program)).name).toBe('built in');
    expect((await loadScheduler('inline', {}, pathToFileURL(program))).name).toBe('built in');
    expect((await loadScheduler('inline', {}, pathToFileURL(program).href)).name).toBe('built in');
  });

  it.each([
    ['plain-scheduler', 'plain'],
    ['import-scheduler', 'for import'],
    ['@some/nested-scheduler', 'nested'],
    ['@some/nested-scheduler/sub', 'sub'],
  ])('finds a package: %s', async (specifier, name) => {
    expect((await loadScheduler(specifier, {}, program)).name).toBe(name);
  });

  it('finds a module by its path, absolute or from the working directory, and by its URL', async () => {
    const file = join(folder, 'own.mjs');
    const fromHere = relative(process.cwd(), file);
    expect(fromHere).toMatch(/^\.\./);
    for (const specifier of [fromHere, `./${fromHere}`, file, pathToFileURL(file).href]) {
      expect((await loadScheduler(specifier, {}, program)).name).toBe('own');
    }
    expect((await loadScheduler(`data:text/javascript,${encodeURIComponent(moduleOf('from data'))}`)).name).toBe('from data');
  });

  it('hands options to the factory, and makes a new one each time', async () => {
    const first = await loadScheduler(join(folder, 'own.mjs'), { workers: 3 });
    const second = await loadScheduler(join(folder, 'own.mjs'));
    expect([first, second]).toMatchObject([{ options: { workers: 3 } }, { options: {} }]);
    expect(first).not.toBe(second);
  });

  it.each([
    'nowhere',
    './missing.mjs',
    '@dormouse/scheduler-nowhere',
    'closed-scheduler',
    'plain-scheduler/missing',
    'file:///missing.mjs',
  ])('says what there is when there is no such module: %s', async (specifier) => {
    const error = await loadScheduler(specifier, {}, program).catch((reason) => reason);
    const escaped = specifier.replaceAll(/[./]/g, '\\$&');
    expect(error).toEqual(
      failure(
        'ERR_SCHEDULER_UNKNOWN',
        new RegExp(
          `^no scheduler "${escaped}": .+; built in are inline, tinypool, poolifier, threads, else give a package name or a path$`,
        ),
      ),
    );
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('says what to install where a scheduler of this project is not there, or not whole', async () => {
    await expect(loadScheduler('poolifier', {}, program)).rejects.toEqual(
      failure(
        'ERR_SCHEDULER_UNKNOWN',
        /^no scheduler "poolifier": Cannot find module .+; it is a package of its own: npm install @dormouse\/scheduler-poolifier$/,
      ),
    );
  });

  it.each(['', 5, undefined])('refuses a name that is none: %s', async (specifier) => {
    await expect(loadScheduler(specifier as string)).rejects.toEqual(
      failure('ERR_SCHEDULER_UNKNOWN', /^scheduler must be inline, tinypool, poolifier, threads, a package name or a path: got /),
    );
  });

  it('refuses a module whose default export makes no scheduler', async () => {
    const load = (source: string) => loadScheduler(`data:text/javascript,${encodeURIComponent(source)}`);
    const contract = (message: RegExp) => failure('ERR_SCHEDULER_CONTRACT', message);
    await expect(load('export const scheduler = 1;')).rejects.toEqual(
      contract(/must export a function that makes a scheduler as default: got undefined$/),
    );
    await expect(load('export default {};')).rejects.toEqual(contract(/as default: got an object \(Object\)$/));
    await expect(load('export default () => 5;')).rejects.toEqual(contract(/^scheduler must be an IScheduler, .*: got 5$/));
    await expect(load('export default () => ({});')).rejects.toEqual(contract(/^scheduler has no start\(\): got undefined$/));
    await expect(load(moduleOf('old').replace('contractVersion: 1', 'contractVersion: 0'))).rejects.toEqual(
      contract(/^scheduler old is built for contract 0, this core for 1/),
    );
  });

  it('a module that fails while it is loaded is told of with its own error as the cause', async () => {
    const error = await loadScheduler('data:text/javascript,throw new Error("no addon")').catch((reason) => reason);
    expect(error).toMatchObject({ code: 'ERR_SCHEDULER_UNKNOWN', cause: new Error('no addon') });
  });
});
