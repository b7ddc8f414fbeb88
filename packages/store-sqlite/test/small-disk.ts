import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A real file system of few bytes. */
export interface SmallDisk {
  readonly folder: string;
  /** Fills it to the last byte; call what it returns for room again. */
  fill(): () => void;
  remount(mode: 'ro' | 'rw'): void;
}

const mounted: string[] = [];

afterAll(() => {
  for (const folder of mounted) {
    spawnSync('umount', [folder]);
    rmdirSync(folder);
  }
});

/** Undefined where this user may not mount one: a line says so. */
export function smallDisk(mebibytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-disk-'));
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { encoding: 'utf8' });
  if (status !== 0) {
    rmdirSync(folder);
    process.stderr.write(`no small file system can be mounted here, tests on one are left out: ${error?.message ?? stderr}\n`);
    return undefined;
  }
  mounted.push(folder);
  return {
    folder,
    fill: () => {
      const path = join(folder, 'filler');
      fillUp(path);
      return () => rmSync(path);
    },
    remount: (mode) => void execFileSync('mount', ['-o', `remount,${mode}`, folder]),
  };
}

function fillUp(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let byteCount = 1_048_576; byteCount >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(byteCount));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        byteCount >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Has no file of this process grow beyond `bytes` until what it returns is called, as on a disk that is full: by a limit of the operating system's. Undefined where it has none.
 */
export function limitFiles(bytes: number): (() => void) | undefined {
  const limit = (value: string): boolean => spawnSync('prlimit', ['--pid', String(process.pid), `--fsize=${value}:`]).status === 0;
  return limit(String(bytes)) ? () => void limit('unlimited') : undefined;
}

/** A real file system that can stand still. */
export interface SlowDisk {
  readonly folder: string;
  /** Has whoever writes to it wait until what it resolves to is called; or until this process ends. */
  freeze(): Promise<() => Promise<void>>;
}

/** Undefined where this user may not mount or freeze one. */
export function slowDisk(): SlowDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-disk-'));
  const image = `${folder}.image`;
  writeFileSync(image, Buffer.alloc(16 * 1_048_576));
  const isMounted = [
    ['mkfs.ext4', '-q', image],
    ['mount', '-o', 'loop', image, folder],
  ].every(([command, ...args]) => spawnSync(command, args).status === 0);
  rmSync(image);
  if (!isMounted) {
    rmdirSync(folder);
    return undefined;
  }
  mounted.push(folder);
  if (spawnSync('fsfreeze', ['-f', folder]).status !== 0) return undefined;
  spawnSync('fsfreeze', ['-u', folder]);
  return {
    folder,
    freeze: async () => {
      // It thaws when its standard input ends: also when this process dies.
      const child = spawn('/bin/sh', ['-c', 'fsfreeze -f "$1" && echo frozen; read line; fsfreeze -u "$1"', 'sh', folder], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      return async () => {
        child.stdin.end();
        await once(child, 'exit');
      };
    },
  };
}
