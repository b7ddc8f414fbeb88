/**
 * Packs the packages as a release would, installs the tarballs into an empty folder outside the repository, and lets a user's
 * program there (scripts/consumer) be type checked and run. Needs built packages; `npm test` builds them.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './child.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));
const workspace = readFileSync(join(repository, 'pnpm-workspace.yaml'), 'utf8');

/** The version of a tool in pnpm's catalog: the consumer uses the same. */
function catalogVersion(name) {
  const line = workspace.split('\n').find((candidate) => candidate.trim().replaceAll('"', '').startsWith(`${name}: `));
  if (line === undefined) throw new Error(`${name} is not in the catalog of pnpm-workspace.yaml`);
  return line.split(': ')[1].trim();
}

async function must(command, args, cwd) {
  const code = await run(command, args, { cwd });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} left with exit code ${code}`);
}

const folder = mkdtempSync(join(tmpdir(), 'dormouse-consumer-'));
try {
  const tarballs = join(folder, 'tarballs');
  mkdirSync(tarballs);
  for (const name of readdirSync(join(repository, 'packages'))) {
    await must(
      join(repository, 'node_modules', '.bin', 'pnpm'),
      ['pack', '--pack-destination', tarballs],
      join(repository, 'packages', name),
    );
  }
  const packed = readdirSync(tarballs).map((name) => join(tarballs, name));

  const app = join(folder, 'app');
  cpSync(join(repository, 'scripts', 'consumer'), app, { recursive: true });
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const tools = ['typescript', '@types/node'].map((name) => `${name}@${catalogVersion(name)}`);
  await must('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error', ...packed, ...tools], app);
  await must(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc')], app);
  await must(process.execPath, [join('built', 'main.js')], app);
  await must(process.execPath, [join('node_modules', '@dormouse', 'bench', 'dist', 'cli.js'), '--help'], app);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
