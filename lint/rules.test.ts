import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));
const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

/** Lines of the file `path`, each of which must be refused by one rule (its category in Biome's report), or by none. */
interface Claims {
  readonly path: string;
  readonly refused?: readonly string[];
  readonly allowed?: readonly string[];
}

const EXPLICIT_LENGTH = 'plugin';
const views: readonly Claims[] = [
  {
    path: 'packages/core/src/memory/views.ts',
    refused: [
      'new Int32Array(buffer)',
      'new Float64Array(blockBuffer, 64)',
      'new Uint8Array(sab)',
      'new BigInt64Array(table.memory.buffer, 8)',
      'new Uint32Array(buffer, 0, undefined)',
      'new Uint8Array<SharedArrayBuffer>(buffer)',
      'new Uint16Array(buffer as SharedArrayBuffer)',
      'new Int8Array(new SharedArrayBuffer(64, { maxByteLength: 64 }))',
      'new DataView(buffer)',
      'new globalThis.Uint8ClampedArray(buffer)',
    ],
    allowed: [
      'new Int32Array(buffer, 0, 16)',
      'new DataView(buffer, 0, 64)',
      'new Uint8Array(64)',
      'new Float32Array(bytes)',
      'new Block(buffer)',
    ],
  },
];

const IMPORTS = 'lint/style/noRestrictedImports';
const imports: readonly Claims[] = [
  { path: 'packages/core/src/errors.ts', refused: ['./layout/field.js'] },
  {
    path: 'packages/core/src/layout/field.ts',
    refused: ['../memory/block.js', '../behavior.js'],
    allowed: ['../errors.js', './geometry.js'],
  },
  {
    path: 'packages/core/src/memory/block.ts',
    refused: ['../session/handle.js', '../manager.js'],
    allowed: ['../layout/field.js'],
  },
  {
    path: 'packages/core/src/runtime/runner.ts',
    refused: ['../session/handle.js', 'node:fs'],
    allowed: ['../memory/block.js', '../behavior.js'],
  },
  {
    path: 'packages/core/src/session/handle.ts',
    refused: ['../manager.js', '../index.js'],
    allowed: ['../memory/block.js', '../behavior.js'],
  },
  {
    path: 'packages/core/src/participant.ts',
    refused: ['./manager.js', './index.js'],
    allowed: ['./session/table.js', './memory/block.js'],
  },
  { path: 'packages/core/src/worker.ts', refused: ['./manager.js'], allowed: ['./participant.js'] },
  { path: 'packages/core/src/scheduler.ts', refused: ['./manager.js'], allowed: ['./errors.js'] },
  { path: 'packages/core/src/manager.ts', refused: ['./index.js', '@dormouse/core'], allowed: ['./session/handle.js'] },
  {
    path: 'packages/core/src/manager/tick.ts',
    refused: ['../index.js', '../conformance.js'],
    allowed: ['../session/handle.js', '../config.js'],
  },
  { path: 'packages/core/src/index.ts', allowed: ['./manager.js'] },
  {
    path: 'packages/scheduler-inline/src/scheduler.ts',
    refused: ['@dormouse/core/dist/index.js', '@dormouse/bench', '../../core/src/index.js'],
    allowed: ['@dormouse/core', '@dormouse/core/worker'],
  },
  {
    path: 'packages/scheduler-inline/test/conformance.test.ts',
    refused: ['@dormouse/core/dist/conformance.js'],
    allowed: ['@dormouse/core/conformance', '../src/index.js'],
  },
  {
    path: 'packages/store-sqlite/src/draft.ts',
    refused: ['@dormouse/core/dist/index.js', '@dormouse/bench', '../../core/src/index.js'],
    allowed: ['@dormouse/core', '@dormouse/core/records'],
  },
  {
    path: 'packages/store-sqlite/test/conformance.test.ts',
    refused: ['@dormouse/core/dist/conformance.js'],
    allowed: ['@dormouse/core/conformance', '../src/index.js'],
  },
  {
    path: 'packages/bench/src/cli.ts',
    refused: ['../../core/src/index.js', '@dormouse/core/dist/index.js'],
    allowed: ['@dormouse/core', '@dormouse/scheduler-inline'],
  },
  { path: 'examples/volcano/src/main.ts', refused: ['../../../packages/core/src/index.js'], allowed: ['@dormouse/core'] },
];

const ATOMICS = 'lint/style/noRestrictedGlobals';
const atomics: readonly Claims[] = [
  { path: 'packages/core/src/tick.ts', refused: ['Atomics.load(words, 0)'] },
  { path: 'packages/core/src/session/counts.ts', refused: ['Atomics.load(words, 0)'] },
  { path: 'packages/scheduler-inline/src/words.ts', refused: ['Atomics.load(words, 0)'] },
  { path: 'packages/core/src/memory/words.ts', allowed: ['Atomics.load(words, 0)'] },
  { path: 'packages/core/test/memory/words.test.ts', allowed: ['Atomics.load(words, 0)'] },
];

const lineOf = new Map<string, string>();
const reported = new Set<string>();
let folder: string;

function write(claims: readonly Claims[], statement: (claim: string, index: number) => string): void {
  for (const { path, refused = [], allowed = [] } of claims) {
    const lines = [...refused, ...allowed];
    for (const [index, claim] of lines.entries()) lineOf.set(`${path} ${claim}`, `${path}:${index + 1}`);
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), lines.map(statement).join('\n'));
  }
}

/** Biome's report of the repository's own configuration over all those files, in one run. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-lint-'));
  for (const name of ['biome.json', '.gitignore', 'lint']) cpSync(join(repository, name), join(folder, name), { recursive: true });
  write(views, (claim, index) => `export const view${index} = ${claim};`);
  write(imports, (claim, index) => `export { thing as thing${index} } from '${claim}';`);
  write(atomics, (claim, index) => `export const word${index} = (words: Int32Array) => ${claim};`);
  let output = '';
  try {
    output = execFileSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=none', 'packages', 'examples'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const report = JSON.parse(output) as { diagnostics: { category: string; location: { path: string; start: { line: number } } }[] };
  for (const { category, location } of report.diagnostics) reported.add(`${category} ${location.path}:${location.start?.line}`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function claimsHold(claims: readonly Claims[], category: string): void {
  const isReported = (path: string, claim: string): boolean => reported.has(`${category} ${lineOf.get(`${path} ${claim}`)}`);
  for (const { path, refused = [], allowed = [] } of claims) {
    for (const claim of refused) it(`${path} may not say ${claim}`, () => expect(isReported(path, claim)).toBe(true));
    for (const claim of allowed) it(`${path} may say ${claim}`, () => expect(isReported(path, claim)).toBe(false));
  }
}

describe('a view of a growable buffer has an explicit length', () => claimsHold(views, EXPLICIT_LENGTH));
describe('imports point one way', () => claimsHold(imports, IMPORTS));
describe('only memory/ touches Atomics', () => claimsHold(atomics, ATOMICS));
