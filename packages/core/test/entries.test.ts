import { readFileSync } from 'node:fs';
import * as core from '@dormouse/core';
import * as behavior from '@dormouse/core/behavior';
import { describe, expect, it } from 'vitest';

/** What a built module imports, and what that does, as far as it is in this package; of others their names. */
function importedBy(url: URL, found = new Set<string>()): ReadonlySet<string> {
  for (const [, specifier] of readFileSync(url, 'utf8').matchAll(/^(?:import|export)\b.*?['"]([^'"]+)['"];$/gm)) {
    const isOwn = specifier.startsWith('.');
    const name = isOwn ? new URL(specifier, url).href : specifier;
    if (found.has(name)) continue;
    found.add(name);
    if (isOwn) importedBy(new URL(name), found);
  }
  return found;
}

describe('@dormouse/core/behavior', () => {
  it('loads no manager, as a worker does not, and no other package', () => {
    const isManagers = (url: string): boolean => /\bSessionManager = class\b/.test(readFileSync(new URL(url), 'utf8'));
    const builtIn = /^(path|url|util\/types)$/;
    const graphOf = (entry: string): readonly string[] => [...importedBy(new URL(`../dist/${entry}.js`, import.meta.url))];
    const filesOf = (entry: string): readonly string[] => graphOf(entry).filter((name) => name.startsWith('file:'));
    expect(filesOf('index').some(isManagers)).toBe(true);
    expect([...filesOf('behavior'), ...filesOf('worker')].filter(isManagers)).toEqual([]);
    expect(graphOf('behavior').filter((name) => !name.startsWith('file:') && !builtIn.test(name))).toEqual([]);
  });

  it('has nothing that @dormouse/core has not, and the same: a behaviour may be written with either', () => {
    const all = core as Readonly<Record<string, unknown>>;
    expect(Object.entries(behavior).filter(([name, value]) => all[name] !== value)).toEqual([]);
  });

  it('has the fields, what defines a behaviour, and errors', () => {
    expect(Object.keys(behavior)).toEqual(
      expect.arrayContaining(['bigint64', 'bool', 'data', 'defineBehavior', 'DormouseError', 'f32', 'kernelLayout', 'text', 'u8']),
    );
  });
});
