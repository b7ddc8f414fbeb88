import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly license?: string;
  readonly engines?: { readonly node?: string };
  readonly files?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const folder = new URL('../packages/', import.meta.url);
const manifests = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(`${name}/package.json`, folder), 'utf8')) as Manifest);
const root = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest;

describe.each(manifests.map((manifest) => [manifest.name, manifest] as const))('%s', (_name, manifest) => {
  it('is published as ECMAScript modules only, for the Node.js versions and under the licence of the whole', () => {
    // node:sqlite is there from this version on.
    const engines = manifest.name === '@dormouse/store-sqlite' ? { node: '>=22.13' } : root.engines;
    expect(manifest).toMatchObject({ type: 'module', license: root.license, engines });
    expect(manifest.private).toBeUndefined();
    expect(manifest.files).toContain('dist');
  });

  it('is checked as it would be published', () => {
    expect(manifest.scripts?.['check:package']).toBe('publint --strict && attw --pack . --profile esm-only');
  });
});

const plugins = manifests.filter(({ name }) => /^@dormouse\/(scheduler|store)-/.test(name));

describe.each(plugins.map((manifest) => [manifest.name, manifest] as const))('%s', (_name, manifest) => {
  // A narrower range would be left by core's next minor release, and Changesets would then make that a major one of all of them.
  it('takes any 0.x core as its peer, since the contract is checked when it starts', () => {
    expect(manifest.peerDependencies).toEqual(expect.objectContaining({ '@dormouse/core': '0.x' }));
    expect(manifest.dependencies ?? {}).not.toHaveProperty('@dormouse/core');
  });
});
