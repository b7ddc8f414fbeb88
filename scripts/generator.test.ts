import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFree, isName, writePackage, writeStandalone } from '../turbo/generators/scheduler-package.js';

const repository = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'dormouse-generator-'));
/** What the generator and its tools need of the repository, so that nothing is written into it. */
const copy = join(scratch, 'repository');
const COPIED = [
  ...['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'turbo.json', 'biome.json', '.gitignore', 'lint', 'scripts', 'turbo'],
  ...['packages/scheduler-inline/package.json', '.changeset/config.json'],
];

beforeAll(() => {
  for (const path of COPIED) cpSync(join(repository, path), join(copy, path), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'), 'junction');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

function runInCopy(program: string, ...args: string[]): string {
  return execFileSync(process.execPath, [program, ...args], { cwd: copy, encoding: 'utf8' });
}

const PACKAGE = ['README.md', 'package.json', 'src/index.ts', 'src/launcher.ts', 'src/scheduler.ts', 'src/worker.ts'];
const REST = ['test/conformance.test.ts', 'tsconfig.json', 'tsup.config.ts'];

describe('pnpm turbo gen scheduler', () => {
  it('writes a package and its changeset, and says what to do next', () => {
    const said = runInCopy('scripts/turbo.mjs', 'gen', 'scheduler', '--args', 'deep-sea');
    expect(said).toMatch(/wrote packages\/scheduler-deep-sea and \.changeset\/scheduler-deep-sea\.md\. Next:/);
    for (const step of ['npx pnpm install', 'npm test -- --project scheduler-deep-sea', 'docs/write-a-scheduler.md'])
      expect(said).toContain(step);
    expect(filesOf(join(copy, 'packages/scheduler-deep-sea'))).toEqual([...PACKAGE, ...REST]);
    const manifest = JSON.parse(readFileSync(join(copy, 'packages/scheduler-deep-sea/package.json'), 'utf8'));
    expect(manifest.name).toBe('@dormouse/scheduler-deep-sea');
    expect(readFileSync(join(copy, '.changeset/scheduler-deep-sea.md'), 'utf8')).toContain('"@dormouse/scheduler-deep-sea": minor');
    expect(readFileSync(join(copy, 'packages/scheduler-deep-sea/src/index.ts'), 'utf8')).toContain('deepSeaScheduler as default');
  });

  it.each(['x', 'a-name-of-forty-letters-that-is-the-most'])(
    'writes what the linter and the formatter leave as it is: %s',
    async (name) => {
      await writePackage(copy, name);
      const folder = join('packages', `scheduler-${name}`);
      runInCopy('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', folder);
      for (const file of filesOf(join(copy, folder))) {
        expect(readFileSync(join(copy, folder, file), 'utf8'), file).not.toMatch(/my-?pool/i);
      }
    },
  );

  it('writes the same dependencies, scripts and settings as a scheduler of this repository has', () => {
    const template = JSON.parse(readFileSync(join(repository, 'turbo/generators/scheduler/package.json'), 'utf8'));
    const inline = JSON.parse(readFileSync(join(repository, 'packages/scheduler-inline/package.json'), 'utf8'));
    for (const key of ['version', 'license', 'type', 'engines', 'exports', 'files', 'scripts', 'peerDependencies', 'devDependencies']) {
      expect(template[key], key).toEqual(inline[key]);
    }
  });

  it.each(['', 'Deep', 'deep_sea', '-deep', 'deep-', 'deep--sea', '1st', '@my/pool', '../up', 'a'.repeat(41)])(
    'refuses the name %j',
    async (name) => {
      expect(isName(name)).toMatch(/^the name must be 1 to 40 lower-case letters.*: got "/);
      await expect(writePackage(copy, name)).rejects.toThrow('the name must be');
    },
  );

  it('refuses a name that there is', async () => {
    expect(isFree(copy, 'inline')).toBe('there is a packages/scheduler-inline already: choose another name');
    await expect(writePackage(copy, 'inline')).rejects.toThrow('there is a packages/scheduler-inline already');
  });
});

describe('pnpm turbo gen standalone-scheduler', () => {
  it('writes a project that needs nothing of this repository, with core packed into it', async () => {
    const folder = join(scratch, 'projects', 'deep-sea');
    const said = await writeStandalone(repository, 'deep-sea', folder);
    expect(said).toMatch(/Next, there:\n +1\. npm install.*\n +2\. npm test/);
    const core = readdirSync(folder).find((name) => name.endsWith('.tgz')) as string;
    expect(filesOf(folder)).toEqual(['.gitignore', core, ...PACKAGE, ...REST].sort());
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect(manifest.name).toBe('dormouse-scheduler-deep-sea');
    expect(manifest.devDependencies['@dormouse/core']).toBe(`file:${core}`);
    for (const version of Object.values(manifest.devDependencies)) expect(version).toMatch(/^(\d+\.\d+\.\d+|file:.*)$/);
    expect(readFileSync(join(folder, 'tsconfig.json'), 'utf8')).not.toContain('extends');
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain("from 'dormouse-scheduler-deep-sea'");
  });

  it('refuses a folder that is not given, is in the repository, or has something in it', async () => {
    const used = join(scratch, 'used');
    mkdirSync(used);
    writeFileSync(join(used, 'mine'), '');
    await expect(writeStandalone(repository, 'deep-sea', '')).rejects.toThrow('the folder must be given');
    await expect(writeStandalone(repository, 'deep-sea', 'packages/deep-sea')).rejects.toThrow('must be outside of this repository: got ');
    await expect(writeStandalone(repository, 'deep-sea', used)).rejects.toThrow(`must be new or empty: got ${used}`);
    expect(existsSync(join(repository, 'packages', 'deep-sea'))).toBe(false);
  });

  it('says so where core is not built', async () => {
    await expect(writeStandalone(copy, 'deep-sea', join(scratch, 'unbuilt'))).rejects.toThrow('@dormouse/core is not built: run npm test');
    expect(existsSync(join(scratch, 'unbuilt'))).toBe(false);
  });
});

it('turbo and its generator are of one version, so that turbo alone would take the same', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  expect(devDependencies['@turbo/gen']).toBe(devDependencies.turbo);
});
