import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeSqlite } from '../src/node-sqlite.js';
import { CLI, COUNT, copyOf, makeOriginal, run } from './cli-fixture.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

let original: string;

beforeAll(async () => {
  original = await makeOriginal();
});

const copied = (sql?: string): string => copyOf(original, sql);

describe.runIf(!hasSqlite)('dormouse-store on a Node.js without node:sqlite', () => {
  it('says which version it needs', () => {
    const { status, stderr } = run(['inspect', CLI]);
    expect(stderr).toMatch(/^error: store sqlite needs Node\.js 22\.13 or later.* \(ERR_NODE_VERSION\)\n$/);
    expect(status).toBe(1);
  });
});

describe('dormouse-store', () => {
  it.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['inspekt', 'x.db'], 'Did you mean inspect?'],
    [['inspect'], "missing required argument 'file'"],
    [['inspect', 'x.db', '--acount', '1'], 'Did you mean --account?'],
    [['inspect', 'x.db', '--account', '-1'], 'It must be an integer 0…4294967295.'],
    [['compact', 'x.db', 'y.db'], 'too many arguments'],
  ])('refuses %j with exit code 2', (args, message) => {
    const { status, stdout, stderr } = run(args);
    expect(stderr).toContain(message);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('names all its commands in its help', () => {
    const { status, stdout } = run(['--help']);
    for (const command of ['inspect', 'verify', 'export', 'import', 'compact']) expect(stdout).toContain(`${command} `);
    expect(status).toBe(0);
  });
});

describe.runIf(hasSqlite)('dormouse-store on a file', () => {
  it.each(['inspect', 'verify', 'export', 'compact'])('%s refuses one that is not there, and makes none', (command) => {
    const path = newFile();
    expect(run([command, path])).toEqual({ status: 1, stdout: '', stderr: `error: store file ${path} is not there (ERR_STORE_FILE)\n` });
    expect([path, `${path}-lock`].map((file) => existsSync(file))).toEqual([false, false]);
  });

  it.each(['verify', 'export', 'compact', 'import'])(
    '%s refuses one that is open elsewhere; inspect says that it may be moving',
    async (command) => {
      const path = copied();
      const holder = spawn(process.execPath, [fileURLToPath(new URL('./process/holder.mjs', import.meta.url)), path, 'true']);
      try {
        await once(holder.stdout, 'data');
        const { status, stdout, stderr } = run([command, path, ...(command === 'import' ? ['--into'] : [])]);
        expect(stderr).toContain(`is open already (process ${holder.pid}`);
        expect(stderr).toContain('ERR_STORE_LOCKED');
        expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
        const inspected = run(['inspect', path, '--json']);
        expect(inspected.stderr).toMatch(/^note: .* is open already .*: what is shown may be moving\n$/);
        expect(JSON.parse(inspected.stdout)).toMatchObject({ sessions: COUNT * 2 });
      } finally {
        holder.kill('SIGKILL');
        await once(holder, 'exit');
      }
    },
  );

  it('inspect counts by behaviour and kind, in words and as JSON', () => {
    const { stdout, stderr, status } = run(['inspect', original]);
    expect(stdout).toMatch(/^sessions\s+80, stored 2\d{3}-\S+Z to 2\d{3}-\S+Z$/m);
    expect(stdout).toMatch(/^walker +3 +0 +40 +0 +0 +\d+ /m);
    expect(stdout).toMatch(/^keeper +0 +1 +40 +0 +0 +\d+ /m);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(JSON.parse(run(['inspect', original, '--json']).stdout)).toMatchObject({
      file: original,
      sessions: 80,
      fileBytes: statSync(original).size,
      behaviors: [
        { behavior: 'walker', version: 3, shape: 0, asleep: 40, active: 0, quarantined: 0 },
        { behavior: 'keeper', version: 0, shape: 1, asleep: 40 },
      ],
      format: { version: 1 },
    });
  });

  it('inspect --account shows one in full, with the values of its fields, and says if there is none', () => {
    const walker = JSON.parse(run(['inspect', original, '--account', '7']).stdout);
    expect(walker).toMatchObject({ account: 7, kind: 'asleep', behavior: 'walker', version: 3, map: 571 });
    expect(walker.record).toMatchObject({ accountId: 7, updateCount: 1, fields: { metres: 1, steps: [0, 0, 0, 0], name: '', gold: '0n' } });
    const keeper = JSON.parse(run(['inspect', original, '--account', String(COUNT + 1)]).stdout);
    expect(keeper.record.fields).toEqual({ goods: { apples: 3, raw: { base64: 'AQI=' } } });
    const none = run(['inspect', original, '--account', '5000']);
    expect(none).toEqual({ status: 1, stdout: '', stderr: `error: there is no session of account 5000 in ${original}\n` });
  });

  it('inspect --account says what a record cannot be read for', () => {
    const { status, stdout } = run(['inspect', copied('UPDATE record SET bytes = zeroblob(50) WHERE account = 7'), '--account', '7']);
    expect(JSON.parse(stdout)).toMatchObject({ account: 7, unreadable: expect.stringContaining('its format must be 1: got 0') });
    expect(status).toBe(1);
  });

  it('verify finds all whole, with exit code 0', () => {
    const { status, stdout, stderr } = run(['verify', original]);
    expect(stdout).toMatch(/: 80 records \(80 asleep\), \d+ bytes: all is whole\n$/);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each([
    [
      'a record of which a byte is another',
      "UPDATE record SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'55' AS BLOB) WHERE id = 3",
      /account 3, id 3: .*checksum must be/,
    ],
    [
      'a record that is cut off',
      'UPDATE record SET bytes = substr(bytes, 1, 20) WHERE id = 3',
      /account 3, id 3: its length must be 20: got \d+/,
    ],
    [
      'another’s record',
      'UPDATE record SET (place, bytes) = (SELECT place, bytes FROM record WHERE id = 4) WHERE id = 3',
      /account 3, id 3: its id must be 3: got 4/,
    ],
    ['an account that is there twice', 'UPDATE record SET account = 4 WHERE id = 3', /account 4: it has two records, ids 3 and 4/],
    ['a head that is cut off', "UPDATE record SET place = x'00' WHERE id = 3", /account 3, id 3: its head must be 44 bytes: got 1/],
    [
      'shapes that are gone',
      "UPDATE note SET text = '[null, null]' WHERE key = 'shapes'",
      /account 3, id 3: its shape, number 0, is not in the list/,
    ],
    ['a note that is no JSON', "UPDATE note SET text = '{' WHERE key = 'shapes'", /note shapes: /],
  ])('verify finds %s, with exit code 1', (_what, damage, message) => {
    const { status, stdout } = run(['verify', copied(damage)]);
    expect(stdout).toMatch(message);
    expect(stdout).toMatch(/: \d+ problems\n$/);
    expect(status).toBe(1);
  });

  it('verify finds a page of the file that is not what SQLite has written', () => {
    const { status, stdout } = run(['verify', withDamagedIndex()]);
    expect(stdout).toMatch(/^file: .*\n/);
    expect(stdout).toMatch(/: \d+ problems\n$/);
    expect(status).toBe(1);
  });

  it('compact gives back what is free, and all that is in it stays', () => {
    const path = copied(`WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
      INSERT INTO record SELECT i, i, zeroblob(44), zeroblob(500) FROM n; DELETE FROM record WHERE id >= 1000`);
    const before = statSync(path).size;
    expect(JSON.parse(run(['inspect', path, '--json']).stdout).freeBytes).toBeGreaterThan(1_000_000);
    expect(run(['compact', path])).toMatchObject({ status: 0, stdout: expect.stringContaining(`: ${before} bytes, now `) });
    expect(statSync(path).size).toBeLessThan(before / 4);
    expect(run(['verify', path]).stdout).toContain('80 records (80 asleep)');
  });
});

/** A store of which a page that nobody reads is overwritten: the root of an index that is not used. */
function withDamagedIndex(): string {
  const path = copied('CREATE INDEX by_account ON record (account)');
  const { DatabaseSync } = nodeSqlite();
  const database = new DatabaseSync(path);
  const { rootpage } = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'by_account'").get() as { rootpage: number };
  database.close();
  const bytes = readFileSync(path);
  bytes.fill(0x5a, (rootpage - 1) * 4096 + 8, rootpage * 4096);
  writeFileSync(path, bytes);
  return path;
}
