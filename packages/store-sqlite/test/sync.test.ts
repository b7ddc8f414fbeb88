import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

const program = fileURLToPath(new URL('./process/syncs.mjs', import.meta.url));
const canTrace = spawnSync('strace', ['-o', '/dev/null', '/bin/true']).status === 0;
if (!canTrace) process.stderr.write('nothing can be traced here, tests of what is synced are left out: there is no strace\n');

/** How often a process that puts and flushes syncs something to the disk, from its beginning to its end. */
function syncs(options: object, puts: number, flushes: number): number {
  const trace = newFile();
  const traced = ['-f', '-e', 'trace=fsync,fdatasync', '-o', trace];
  const { status, stderr } = spawnSync(
    'strace',
    [...traced, process.execPath, program, newFile(), JSON.stringify(options), String(puts), String(flushes)],
    { encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
  return readFileSync(trace, 'utf8').match(/f(data)?sync\(/g)?.length ?? 0;
}

describe.runIf(hasSqlite && canTrace).each([true, false])('what is synced to the disk, with thread: %s', (thread) => {
  it('every put is, unless it was told otherwise; then a flush is, also when there is nothing new', () => {
    const full = syncs({ thread }, 0, 0);
    expect(syncs({ thread }, 20, 0)).toBeGreaterThanOrEqual(full + 20);
    const normal = syncs({ thread, synchronous: 'normal' }, 0, 0);
    expect(syncs({ thread, synchronous: 'normal' }, 20, 0)).toBeLessThan(normal + 5);
    expect(syncs({ thread, synchronous: 'normal' }, 20, 20)).toBeGreaterThanOrEqual(normal + 20);
  });
});
