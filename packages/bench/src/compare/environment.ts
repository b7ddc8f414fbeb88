import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Machine, Versions } from './result.js';

/** Threads that the machine runs at once, as far as this process may use them. */
export function coresHere(): number {
  return availableParallelism();
}

/** Of the machine only what its times depend on: neither its name nor its users'. */
export function machineHere(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: coresHere(),
    memoryBytes: totalmem(),
    os: `${type()} ${release()}`,
    arch: arch(),
  };
}

/** Versions of what took part; `libraries`: npm packages, each once. `native`: what the native program says of itself. */
export function versionsHere(libraries: Iterable<string>, native: string | null): Versions {
  const names = [...new Set(libraries)].sort();
  const packages = Object.fromEntries(names.map((name) => [name, versionOf(name)]));
  return { node: process.version, v8: process.versions.v8, packages, native };
}

/** As installed. Not every package exports its manifest: it is the one above what is imported that has the name. */
function versionOf(name: string): string {
  for (let folder = dirname(createRequire(import.meta.url).resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string };
      if (manifest.name === name && manifest.version !== undefined) return manifest.version;
    } catch {
      // No manifest in this folder, or none that can be read: the package's is further up.
    }
  }
  return 'unknown';
}

/** Of the work tree that this program is in, with `+` behind it where files that it has were changed; null outside of one, and where there is no git. */
export function commitHere(): string | null {
  const cwd = dirname(fileURLToPath(import.meta.url));
  const git = (...args: string[]) => spawnSync('git', args, { cwd, encoding: 'utf8' });
  const head = git('rev-parse', 'HEAD');
  if (head.status !== 0) return null;
  return `${head.stdout.trim()}${git('status', '--porcelain', '--untracked-files=no').stdout === '' ? '' : '+'}`;
}
