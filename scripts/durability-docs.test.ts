import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const page = readFileSync(new URL('../docs/durability.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code);
/** Within a package that depends on the store. */
const folder = fileURLToPath(new URL(`../examples/volcano/node_modules/.durability-${process.pid}/`, import.meta.url));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [program, changed] = blocks('js');
const [printed] = blocks('text');

async function run(name: string, source: string) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${name}.mjs`, source);
  return promisify(execFile)(process.execPath, [`${folder}${name}.mjs`], { cwd: folder });
}

it('docs/durability.md: its program runs as it is written, where there is SQLite, and elsewhere says what is needed', async () => {
  if (isBuiltin('node:sqlite')) {
    const { stdout, stderr } = await run('killed', program);
    expect([stdout, stderr]).toEqual([printed, '']);
  } else await expect(run('killed', program)).rejects.toThrow(/22\.13[\s\S]*ERR_NODE_VERSION/);
});

it('docs/durability.md: its behaviour that has changed makes of 45 coins 2 gold and 5 silver', async () => {
  const source = `import { defineBehavior, f64, text } from '@dormouse/core';
${changed}
console.log(bot.version, bot.definition.migrate(1, { coins: 45 }));`;
  expect((await run('changed', source)).stdout).toBe('2 { gold: 2, silver: 5 }\n');
});
