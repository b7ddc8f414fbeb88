import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, runQuietly } from './child.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));
const workspace = readFileSync(join(repository, 'pnpm-workspace.yaml'), 'utf8');

/** The version of a tool in pnpm's catalog: a consumer uses the same. */
export function catalogVersion(name) {
  const line = workspace.split('\n').find((candidate) => candidate.trim().replaceAll('"', '').startsWith(`${name}: `));
  if (line === undefined) throw new Error(`${name} is not in the catalog of pnpm-workspace.yaml`);
  return line.split(': ')[1].trim();
}

/**
 * Runs a program to its end, which must be a good one, and come within `timeoutMs` (0: whenever); with `quiet`, what it prints is shown only
 * if it is not.
 */
export async function must(command, args, cwd, { quiet = false, timeoutMs = 0 } = {}) {
  const code = await (quiet ? runQuietly : run)(command, args, { cwd, timeout: timeoutMs });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} left with exit code ${code}`);
}

/**
 * Packs packages of this repository as a release would, and calls `body` with an empty folder outside of it where they are installed
 * together with `tools` and the files of `fixture`. Needs built packages; `npm test` builds them.
 */
export async function atConsumer({ fixture, packages = readdirSync(join(repository, 'packages')), tools }, body) {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-consumer-'));
  try {
    const tarballs = join(folder, 'tarballs');
    mkdirSync(tarballs);
    for (const name of packages) {
      const pnpm = join(repository, 'node_modules', '.bin', 'pnpm');
      await must(pnpm, ['pack', '--pack-destination', tarballs], join(repository, 'packages', name), { quiet: true });
    }
    const packed = readdirSync(tarballs).map((name) => join(tarballs, name));
    const app = join(folder, 'app');
    cpSync(join(repository, 'scripts', fixture), app, { recursive: true });
    writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    await must('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error', ...packed, ...tools], app, { quiet: true });
    await body(app);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
