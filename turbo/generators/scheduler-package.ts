import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';

/** The package that is copied, under the name that it is copied from. All of it is code that runs, so that it can be linted and read. */
const TEMPLATE = join('turbo', 'generators', 'scheduler');
const TEMPLATE_NAME = 'my-pool';
const LONGEST_NAME = 40;
const GUIDE = 'docs/write-a-scheduler.md';

export const DESCRIPTION = 'A scheduler for a thread library: a launcher, its worker, and the conformance suite';

/** True, or what is wrong with a name. */
export function isName(name: string): true | string {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length <= LONGEST_NAME) return true;
  return `the name must be 1 to ${LONGEST_NAME} lower-case letters, digits and single hyphens, a letter first: got ${JSON.stringify(name)}`;
}

/** True, or why there cannot be a package of that name in the repository. */
export function isFree(repository: string, name: string): true | string {
  const wrong = isName(name);
  if (wrong !== true) return wrong;
  return existsSync(join(repository, folderOf(name))) ? `there is a ${folderOf(name)} already: choose another name` : true;
}

/** Writes packages/scheduler-<name> and its changeset, and returns what to do next. */
export async function writePackage(repository: string, name: string): Promise<string> {
  check(isFree(repository, name));
  const folder = folderOf(name);
  for (const [path, text] of templateFiles(repository, name)) {
    write(path === 'changeset.md' ? join(repository, '.changeset', `scheduler-${name}.md`) : join(repository, folder, path), text);
  }
  // Names differ in length, and so do lines.
  await runTool(repository, join('@biomejs', 'biome', 'bin', 'biome'), ['check', '--write', folder], repository);
  return said(`wrote ${folder} and .changeset/scheduler-${name}.md. Next:`, [
    ['npx pnpm install', 'the lockfile learns of the package'],
    [`npm test -- --project scheduler-${name}`, 'it keeps the contract as it stands'],
    [`${folder}/src: launcher.ts, worker.ts`, `put your library there; ${GUIDE} says what it must do`],
  ]);
}

/**
 * Writes the same package as a project of its own, with this repository's core packed into it, and returns what to do next. The folder,
 * as seen from the repository, must be new or empty, and core must be built.
 */
export async function writeStandalone(repository: string, name: string, folder: string): Promise<string> {
  check(isName(name));
  const target = resolve(repository, folder);
  check(folder !== '' || 'the folder must be given: the second argument');
  check(!isInside(repository, target) || `the folder must be outside of this repository: got ${target}; "scheduler" makes a package in it`);
  check(!existsSync(target) || readdirSync(target).length === 0 || `the folder must be new or empty: got ${target}`);
  check(
    existsSync(join(repository, 'packages', 'core', 'dist', 'index.js')) || '@dormouse/core is not built: run npm test, or npm run build',
  );
  mkdirSync(target, { recursive: true });
  const core = await packCore(repository, target);
  for (const [path, text] of templateFiles(repository, name)) {
    if (path === 'changeset.md') continue;
    const standalone = STANDALONE[path]?.(text, { repository, name, core }) ?? text;
    write(join(target, path), standalone.replaceAll(`@dormouse/scheduler-${name}`, `dormouse-scheduler-${name}`));
  }
  write(join(target, '.gitignore'), 'node_modules\ndist\n');
  return said(`wrote ${target}, with ${core} in it until @dormouse/core is on npm. Next, there:`, [
    ['npm install', 'core, Vitest, tsup, TypeScript'],
    ['npm test', 'it keeps the contract as it stands'],
    ['src: launcher.ts, worker.ts', `put your library there; ${GUIDE} says what it must do`],
  ]);
}

interface Standalone {
  readonly repository: string;
  readonly name: string;
  readonly core: string;
}

/** What a file says where there is no workspace around it. */
const STANDALONE: Readonly<Record<string, (text: string, where: Standalone) => string>> = {
  'package.json': (text, { repository, core }) => {
    const manifest = JSON.parse(text);
    const { build, typecheck, ...checks } = manifest.scripts;
    manifest.scripts = { build, test: 'tsup && vitest run --testTimeout=120000', typecheck, ...checks };
    for (const tool of Object.keys(manifest.devDependencies)) manifest.devDependencies[tool] = versionInCatalog(repository, tool);
    manifest.devDependencies['@dormouse/core'] = `file:${core}`;
    return json(manifest);
  },
  'tsconfig.json': (text, { repository }) => {
    const { include } = JSON.parse(text);
    const { compilerOptions } = JSON.parse(readFileSync(join(repository, 'tsconfig.base.json'), 'utf8'));
    return json({ compilerOptions, include });
  },
};

/** Files of the template, under the new name; `changeset.md` is not part of the package. */
function* templateFiles(repository: string, name: string): Generator<[path: string, text: string]> {
  const template = join(repository, TEMPLATE);
  for (const entry of readdirSync(template, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    yield [relative(template, path).replaceAll('\\', '/'), renamed(readFileSync(path, 'utf8'), name)];
  }
}

function renamed(text: string, name: string): string {
  const camel = (kebab: string): string => kebab.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const pascal = (kebab: string): string => camel(`-${kebab}`);
  return [(kebab: string) => kebab, camel, pascal].reduce((done, form) => done.replaceAll(form(TEMPLATE_NAME), form(name)), text);
}

async function packCore(repository: string, target: string): Promise<string> {
  const args = ['pack', '--json', '--pack-destination', target];
  const { filename } = JSON.parse(await runTool(repository, join('pnpm', 'bin', 'pnpm.mjs'), args, join(repository, 'packages', 'core')));
  return basename(filename);
}

/** Runs a program of the repository's node_modules, and returns what it printed. */
async function runTool(repository: string, program: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(repository, 'node_modules', program), ...args], { cwd });
  return stdout;
}

function versionInCatalog(repository: string, tool: string): string {
  const workspace = readFileSync(join(repository, 'pnpm-workspace.yaml'), 'utf8');
  const version = new RegExp(`^  "?${tool}"?: (\\S+)$`, 'm').exec(workspace)?.[1];
  return version ?? '';
}

function folderOf(name: string): string {
  return `packages/scheduler-${name}`;
}

function isInside(repository: string, target: string): boolean {
  const way = relative(repository, target);
  return way === '' || !(way.startsWith('..') || resolve(way) === way);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function said(what: string, steps: readonly (readonly [step: string, why: string])[]): string {
  const width = Math.max(...steps.map(([step]) => step.length));
  return [what, ...steps.map(([step, why], index) => `    ${index + 1}. ${step.padEnd(width)}  ${why}`)].join('\n');
}

function check(outcome: true | string | boolean): void {
  if (outcome !== true) throw new Error(String(outcome));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { flag: 'wx' });
}
