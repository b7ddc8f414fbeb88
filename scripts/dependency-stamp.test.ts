import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reasonToInstall, stampInstall } from './dependency-stamp.mjs';

let repository: string;

function write(path: string, content: unknown): void {
  mkdirSync(join(repository, dirname(path)), { recursive: true });
  writeFileSync(join(repository, path), typeof content === 'string' ? content : JSON.stringify(content));
}

/** A workspace of two members with all that they depend on, as an install leaves it. */
beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'dormouse-stamp-'));
  write('pnpm-lock.yaml', 'lockfileVersion: 9');
  write('package.json', { devDependencies: { turbo: '1.0.0' } });
  write('packages/core/package.json', { dependencies: { valibot: '1.0.0' } });
  write('examples/hello/package.json', { dependencies: { '@dormouse/core': 'workspace:*' } });
  write('node_modules/turbo/package.json', {});
  write('packages/core/node_modules/valibot/package.json', {});
  mkdirSync(join(repository, 'examples/hello/node_modules/@dormouse'), { recursive: true });
  symlinkSync(join(repository, 'packages/core'), join(repository, 'examples/hello/node_modules/@dormouse/core'), 'junction');
  stampInstall(repository);
});

afterEach(() => rmSync(repository, { recursive: true, force: true }));

describe('reasonToInstall', () => {
  it('is none after an install', () => {
    expect(reasonToInstall(repository)).toBeUndefined();
  });

  it('is given in a fresh clone', () => {
    rmSync(join(repository, 'node_modules'), { recursive: true });
    expect(reasonToInstall(repository)).toMatch(/nothing is installed/);
  });

  it.each([
    ['the lockfile', 'pnpm-lock.yaml', 'lockfileVersion: 10'],
    ['the root manifest', 'package.json', { devDependencies: {} }],
    ['a member manifest', 'packages/core/package.json', { dependencies: {} }],
    ['a member that is new', 'packages/bench/package.json', {}],
    ['the workspace settings', 'pnpm-workspace.yaml', 'packages: []'],
  ])('is given once %s changes', (_what, path, content) => {
    write(path, content);
    expect(reasonToInstall(repository)).toMatch(/changed/);
  });

  it('is none when only sources change', () => {
    write('packages/core/src/index.ts', 'export {};');
    write('README.md', '# Other');
    expect(reasonToInstall(repository)).toBeUndefined();
  });

  it.each([
    'node_modules/turbo',
    'packages/core/node_modules/valibot',
    'packages/core/node_modules',
    'examples/hello/node_modules/@dormouse/core',
  ])('is given when %s was deleted', (path) => {
    rmSync(join(repository, path), { recursive: true });
    expect(reasonToInstall(repository)).toMatch(/is missing/);
  });

  it('is given when a link leads nowhere', () => {
    const link = join(repository, 'packages/core/node_modules/fast-check');
    write('packages/core/package.json', { dependencies: { valibot: '1.0.0' }, devDependencies: { 'fast-check': '1.0.0' } });
    symlinkSync(join(repository, 'nowhere'), link, 'junction');
    stampInstall(repository);
    expect(reasonToInstall(repository)).toMatch(/fast-check is missing/);
  });
});
