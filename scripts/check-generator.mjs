/**
 * Lets a stranger's project be generated outside of this repository by `pnpm turbo gen standalone-scheduler`, with core as it would be
 * published packed into it, and does there what the generator says next and what the guide says before publishing: install, build, the
 * conformance suite, types, package checks. Needs built packages; `npm test` builds them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from './packed.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dormouse-generator-'));
const project = join(folder, 'fourth');
const pnpm = join(repository, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');

const SUITE = 'with {}(?!.* 100 starts)';

/** @type {{ what: string, timeoutMs: number, command: string, args: string[], cwd?: string, quiet?: boolean }[]} */
const STEPS = [
  {
    what: 'generated',
    timeoutMs: 30_000,
    command: process.execPath,
    args: [pnpm, 'turbo', 'gen', 'standalone-scheduler', '--args', 'fourth', project],
    cwd: repository,
  },
  { what: 'installed', timeoutMs: 120_000, command: 'npm', args: ['install', '--no-fund', '--no-audit', '--loglevel=error'] },
  // In one of its three settings, without the longest: `npm test` has all of it, of this repository's own packages.
  { what: 'built, and its conformance suite', timeoutMs: 240_000, command: 'npm', args: ['test', '--', '-t', SUITE], quiet: false },
  { what: 'types', timeoutMs: 60_000, command: 'npm', args: ['run', 'typecheck'] },
  { what: 'as it would be published', timeoutMs: 60_000, command: 'npm', args: ['run', 'check:package'] },
];

try {
  for (const { what, timeoutMs, command, args, cwd = project, quiet = true } of STEPS) {
    const begin = performance.now();
    await must(command, args, cwd, { quiet, timeoutMs });
    console.log(`a generated scheduler: ${what} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
  }
} finally {
  // Retried: where a step ran out of time, what it had started may be writing still.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
