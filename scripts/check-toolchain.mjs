/**
 * Runs a behaviour in TypeScript (scripts/toolchain) with the packages as they would be published, in each way that the documentation
 * gives, on the main thread and on the threads of each scheduler: as tsc builds it, as Node.js runs it, with tsx, in Vitest, as esbuild bundles it.
 *
 *   node scripts/check-toolchain.mjs [--node <path of another Node.js>]…
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tooOld } from './node-version.mjs';
import { atConsumer, catalogVersion, must } from './packed.mjs';

const TOOLS = [
  ...['typescript', '@types/node', 'tsx', 'vitest'].map((name) => `${name}@${catalogVersion(name)}`),
  `@vitest/coverage-v8@${catalogVersion('vitest')}`,
  'esbuild@0.28.2',
];

const PACKAGES = ['core', ...['inline', 'tinypool', 'poolifier', 'threads'].map((name) => `scheduler-${name}`)];

const stripsTypes = (version) => tooOld(version, '>=22.18') === undefined;

/** How the program is run, and on which versions. */
const WAYS = [
  { name: 'built by tsc', args: ['--enable-source-maps', join('built', 'main.js')] },
  { name: 'types stripped', runsOn: stripsTypes, args: ['main.ts'] },
  {
    name: 'without types stripped in the thread',
    runsOn: (version) => !stripsTypes(version),
    args: ['--import', 'tsx', 'main.ts', 'refused'],
  },
  { name: 'tsx', args: ['--import', 'tsx', 'main.ts', 'tsx'] },
  { name: 'bundled by esbuild, explicit URL', args: ['--enable-source-maps', join('bundled', 'main.js')] },
  { name: 'bundled by esbuild, split', args: ['--enable-source-maps', join('split', 'main.js')] },
  {
    name: 'Vitest, mock and coverage',
    args: [
      join('node_modules', 'vitest', 'vitest.mjs'),
      ...[
        'run',
        'walker.test.ts',
        '--coverage.enabled',
        '--coverage.provider=v8',
        '--coverage.reporter=json',
        '--coverage.include=walker.ts',
      ],
    ],
    folderArg: '--coverage.reportsDirectory',
    after: requireRealCoverage,
  },
];

/** Versions of Node.js that are tried at a time: the most of each is waiting for threads and files. */
const AT_A_TIME = 2;

/** The line that no test runs is reported as not run, one that a test runs as run. */
function requireRealCoverage(app, folder) {
  const source = readFileSync(join(app, 'walker.ts'), 'utf8').split('\n');
  const report = JSON.parse(readFileSync(join(app, folder, 'coverage-final.json'), 'utf8'));
  const { statementMap, s: counts } = report[join(app, 'walker.ts')];
  for (const { text, isRun } of [
    { text: 'state.steps += 1', isRun: true },
    { text: 'throw new Error', isRun: false },
  ]) {
    const line = source.findIndex((candidate) => candidate.includes(text)) + 1;
    const statements = Object.keys(statementMap).filter((key) => statementMap[key].start.line === line);
    const runs = statements.map((key) => counts[key]);
    if (runs.length === 0 || runs.some((count) => count > 0 !== isRun)) {
      throw new Error(`coverage of walker.ts:${line} (${text}) must be ${isRun ? 'above 0' : '0'}: got ${runs.join(', ') || 'nothing'}`);
    }
  }
}

const { values } = parseArgs({ options: { node: { type: 'string', multiple: /** @type {const} */ (true) } } });
const nodes = [process.execPath, ...(values.node ?? [])].map((path) => {
  const version = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
  return { path, version };
});

await atConsumer({ fixture: 'toolchain', packages: PACKAGES, tools: TOOLS }, async (app) => {
  await must(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc')], app);
  await must(process.execPath, ['bundle.mjs'], app);
  const waiting = [...nodes];
  const tryEach = async () => {
    for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) await tryAll(app, node);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, tryEach));
});

/** Runs the program in every way that this version knows, in a folder of its own for what that writes. */
async function tryAll(app, { path, version }) {
  for (const { name, args, folderArg, runsOn = () => true, after } of WAYS) {
    if (!runsOn(version)) continue;
    const begin = performance.now();
    const folder = `of-${version}`;
    await must(path, folderArg === undefined ? args : [...args, `${folderArg}=${folder}`], app, { quiet: true });
    after?.(app, folder);
    console.log(`Node.js ${version}: ${name} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
  }
}
