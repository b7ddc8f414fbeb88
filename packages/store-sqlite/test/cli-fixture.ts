import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeSqlite } from '../src/node-sqlite.js';
import { storeOfSleepers } from './fleet.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

export const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
/** Sleepers of each of its two behaviours in the store of {@link makeOriginal}. */
export const COUNT = 40;

export function run(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', input, maxBuffer: 1e8 });
  return { status, stdout, stderr };
}

/** A store of sleepers, nobody's to change. */
export async function makeOriginal(): Promise<string> {
  if (!hasSqlite) return '';
  const original = newFile();
  await storeOfSleepers(original, COUNT);
  return original;
}

/** A copy of it, changed. */
export function copyOf(original: string, sql = ''): string {
  const path = newFile();
  copyFileSync(original, path);
  const { DatabaseSync } = nodeSqlite();
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  return path;
}

export function linesOf(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
