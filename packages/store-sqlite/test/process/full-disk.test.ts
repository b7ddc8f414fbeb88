import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';
import { hasSqlite } from '../with-sqlite.js';
import { run } from './run.js';

/** A namespace of mounts of its own, in which the file system is mounted and with which it is gone: by root, or by whoever may be root in one of users. */
const NAMESPACES = [
  ['unshare', '-m'],
  ['unshare', '-Urm'],
];
const MOUNT = ['sh', '-c', 'mount -t tmpfs -o size=6m none "$1" && shift && exec "$@"', 'sh'];

function mountIn(folder: string): readonly string[] | undefined {
  return NAMESPACES.map((namespace) => [...namespace, ...MOUNT, folder]).find((by) => {
    try {
      execFileSync(by[0], [...by.slice(1), 'true'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

interface Told {
  readonly problems: number;
  readonly notes: readonly string[];
  readonly ticks: number;
  readonly failed: number;
  readonly recovered: number;
  readonly pausedMs: number;
  readonly wokenWhileFull: number;
  readonly back: number;
}

const folder = hasSqlite ? temporaryFolder() : '';
const by = hasSqlite ? mountIn(folder) : undefined;
if (hasSqlite && by === undefined) process.stdout.write('no file system can be mounted here: a manager on a full disk is not tried\n');

it.runIf(by !== undefined)(
  'a disk that is full for a while stops no tick and costs no session; what waited is stored when there is room',
  async () => {
    const told = await run<Told>('./full-disk.mjs', [folder, '--full-ms', '1200', '--sessions', '400'], by);
    expect([told.problems, told.notes]).toEqual([0, []]);
    expect(told.back).toBe(400);
    for (const figure of ['ticks', 'failed', 'recovered', 'pausedMs', 'wokenWhileFull'] as const)
      expect(told[figure], figure).toBeGreaterThan(0);
  },
  300_000,
);
