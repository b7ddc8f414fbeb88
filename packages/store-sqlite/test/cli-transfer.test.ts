import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, COUNT, copyOf, linesOf, makeOriginal, run } from './cli-fixture.js';
import { resumed, storeOfSleepers } from './fleet.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

let original: string;

beforeAll(async () => {
  original = await makeOriginal();
});

const copied = (sql?: string): string => copyOf(original, sql);

describe.runIf(hasSqlite)('dormouse-store export and import', () => {
  it('what is exported and imported is the same, byte for byte', () => {
    const exported = run(['export', original]);
    expect({ status: exported.status, stderr: exported.stderr }).toEqual({ status: 0, stderr: '' });
    const [opening, ...records] = linesOf(exported.stdout);
    expect(opening).toMatchObject({ format: 'dormouse-store', version: 1, records: 80 });
    expect(records).toHaveLength(80);
    expect(records[COUNT]).toMatchObject({
      account: COUNT + 1,
      behavior: 'keeper',
      state: { goods: { apples: 3, raw: { base64: 'AQI=' } } },
    });
    const path = newFile();
    expect(run(['import', path], exported.stdout)).toEqual({ status: 0, stdout: `${path}: 80 sessions imported\n`, stderr: '' });
    expect(run(['verify', path]).status).toBe(0);
    expect(run(['export', path]).stdout).toBe(exported.stdout);
    const short = run(['export', path, '--no-state']).stdout;
    expect(linesOf(short).some((line) => 'state' in line)).toBe(false);
    const again = newFile();
    run(['import', again], short);
    expect(run(['export', again]).stdout).toBe(exported.stdout);
  });

  it.each([
    ['that is cut off', (lines: string[]) => lines.slice(0, 50), 'line 50: 31 records are missing behind it: it is cut off'],
    [
      'of which a record is not what it was',
      (lines: string[]) => lines.with(30, lines[30].replace('"record":"AQ', '"record":"AR')),
      'line 31: ',
    ],
    ['of something else', () => ['{"a":1}'], 'line 1: it must be an export of format dormouse-store, version 1: got undefined'],
    ['of nothing', () => [], 'line 0: there is none'],
  ])('import of an export %s makes no store', (_what, change, message) => {
    const path = newFile();
    const lines = run(['export', original]).stdout.trimEnd().split('\n');
    const { status, stdout, stderr } = run(['import', path], change(lines).join('\n'));
    expect(stderr).toContain(`error: nothing is imported: ${message}`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(existsSync(path)).toBe(false);
  });

  it('what is whole of a damaged store is exported and imported with --only-whole, and what is left out is named', () => {
    const damaged = copied("UPDATE record SET bytes = zeroblob(30) WHERE id = 3; UPDATE record SET place = x'00' WHERE id = 50");
    expect(run(['export', damaged])).toMatchObject({
      status: 1,
      stderr: 'error: account 50, id 50: its head must be 44 bytes: got 1: --only-whole leaves out what is damaged (ERR_STORE_FILE)\n',
    });
    expect(JSON.parse(run(['inspect', damaged, '--account', '50']).stdout)).toEqual({
      account: 50,
      id: 50,
      unreadable: 'its head must be 44 bytes: got 1',
    });
    const { status, stdout, stderr } = run(['export', damaged, '--only-whole']);
    expect(stderr).toMatch(/^account 3, id 3: left out: .*\naccount 50, id 50: left out: its head must be 44 bytes: got 1\n$/);
    expect(status).toBe(1);
    const path = newFile();
    expect(run(['import', path], stdout)).toEqual({ status: 0, stdout: `${path}: 78 sessions imported\n`, stderr: '' });
    expect(run(['verify', path]).stdout).toContain('78 records (78 asleep)');
  });

  it('import refuses a file that is there, and with --into one that is not', () => {
    expect(run(['import', original], '').stderr).toContain('is there already: --into adds to it');
    expect(run(['import', newFile(), '--into'], '').stderr).toContain('is not there');
  });

  it('import --into adds to a store, refuses accounts that are there, and has shapes keep their records', async () => {
    const path = newFile();
    // Keepers first: what is shape 0 here is shape 1 there.
    await storeOfSleepers(path, 5, 30, true);
    const { status, stdout, stderr } = run(['import', path, '--into'], run(['export', original]).stdout);
    expect(stdout).toBe(`${path}: 70 sessions imported, 10 refused\n`);
    expect(stderr).toContain('account 30 has a session there already: refused\n');
    expect(status).toBe(1);
    expect(run(['verify', path]).stdout).toContain('80 records (80 asleep)');
    expect(JSON.parse(run(['inspect', path, '--json']).stdout).behaviors).toMatchObject([
      { behavior: 'keeper', shape: 0, asleep: 45 },
      { behavior: 'walker', shape: 1, asleep: 35 },
    ]);
    expect(JSON.parse(run(['inspect', path, '--account', '7']).stdout)).toMatchObject({
      behavior: 'walker',
      record: { fields: { metres: 1 } },
    });
  });

  it('a manager goes on with what was imported, into a new store or one that was there', async () => {
    const text = run(['export', original]).stdout;
    const path = newFile();
    run(['import', path], text);
    expect(await resumed(path, [1, COUNT])).toEqual({ asleep: 80, active: 0, refused: 0, metres: [1, 1] });
    const shared = newFile();
    await storeOfSleepers(shared, 5, 1000, true);
    run(['import', shared, '--into'], text);
    expect(await resumed(shared, [1, COUNT, 1000])).toEqual({ asleep: 90, active: 0, refused: 0, metres: [1, 1, 1] });
  });

  it('an import that fails leaves a store that it was to be added to as it was', async () => {
    const path = newFile();
    await storeOfSleepers(path, 5, 1000);
    const before = readFileSync(path);
    const lines = run(['export', original]).stdout.split('\n').slice(0, 50);
    expect(run(['import', path, '--into'], lines.join('\n')).status).toBe(1);
    expect(run(['verify', path]).stdout).toContain('10 records');
    expect(readFileSync(path).length).toBe(before.length);
  });

  it('whoever stops reading an export ends it', async () => {
    const child = spawn('/bin/sh', ['-c', '"$0" "$1" export "$2" | head -n 1', process.execPath, CLI, original]);
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    let errors = '';
    child.stderr.on('data', (data) => {
      errors += data;
    });
    await once(child, 'close');
    expect(linesOf(text)).toHaveLength(1);
    expect(errors).toBe('');
  });
});
