import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const page = read('docs/typescript-and-tools.md');
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));

/** The one block of the page that contains the text. */
function block(text: string): string {
  const found = blocks.filter(({ code }) => code.includes(text));
  expect(found.length, text).toBe(1);
  return found[0].code;
}

describe('docs/typescript-and-tools.md shows what scripts/check-toolchain.mjs runs', () => {
  it('the bundle script', () => {
    expect(block("from 'esbuild'")).toBe(read('scripts/toolchain/bundle.mjs'));
  });

  it('the test with a mock', () => {
    expect(block('vi.mock(')).toBe(read('scripts/toolchain/walker.test.ts'));
  });

  it('the explicit URL of a bundle, and what an update does', () => {
    const walker = read('scripts/toolchain/walker.ts');
    for (const line of block('declare const WALKER_URL').split('\n')) expect(walker).toContain(line.replace(/ \/\/ .*$/, ''));
    const update = /^ {4}[\s\S]*?^ {2}\}/m.exec(block("{ defineBehavior, f32, u32 } from '@dormouse/core/behavior'"))?.[0] ?? '';
    for (const line of update.split('\n').slice(0, -1)) expect(walker).toContain(line);
  });

  it('the options of tsconfig.json', () => {
    const shown = JSON.parse(block('"compilerOptions"')).compilerOptions;
    expect(JSON.parse(read('scripts/toolchain/tsconfig.json')).compilerOptions).toMatchObject(shown);
  });

  it('a launch.json that is one', () => {
    expect(JSON.parse(block('"configurations"')).configurations.map(({ type }: { type: string }) => type)).toEqual([
      'node',
      'node',
      'node',
    ]);
  });
});

it('what its errors say is what core says', () => {
  const sources = ['import-failure', 'behavior-module', 'worker-setup', 'worker-setup-tsx', 'behavior'].map((name) =>
    read(`packages/core/src/${name}.ts`),
  );
  const said = sources.join('\n').replace(/'\s*\+\s*\n\s*'/g, '');
  const text = page.replace(/\s+/g, ' ');
  for (const sentence of [
    'there is no such file',
    'Build it, or correct ',
    'the URL given to defineBehavior',
    'its state there is not the one that the host has: ',
    'Node.js takes specifiers as they are written',
    'does not run TypeScript here',
    'tsx is not installed: npm install --save-dev tsx',
    'must be a URL or an absolute path: got ',
    'a manager was started in a thread that is there to run behaviours',
    'build that module as an entry of its own and give defineBehavior its URL',
    'that module exports no behaviour: ',
    'the first argument of defineBehavior must be import.meta.url, a URL or an absolute path: got ',
  ]) {
    expect(said).toContain(sentence);
    expect(text).toContain(sentence);
  }
});
