import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const page = readFileSync(new URL('../docs/kernels.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code);
/** Within a package that depends on core and schedulers alone, as a user's project does. */
const folder = fileURLToPath(new URL(`../examples/hello/node_modules/.kernel-${process.pid}/`, import.meta.url));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  expect(stderr).toBe('');
  return stdout;
}

it('docs/kernels.md: its kernel compiles as it says, and comes to what its twin in JavaScript comes to', async () => {
  const [source] = blocks('ts');
  const [install, compile] = blocks('sh')[0].trim().split('\n');
  const [walkers, main] = blocks('js');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}package.json`, '{ "type": "module" }');
  writeFileSync(`${folder}walk.ts`, source);
  writeFileSync(`${folder}walkers.js`, walkers);
  writeFileSync(`${folder}main.js`, main);
  const require = createRequire(import.meta.url);
  expect(install).toBe(`npm install --save-dev assemblyscript@${require('assemblyscript/package.json').version}`);
  const [npx, asc, ...options] = compile.split(/\s+/);
  expect([npx, asc]).toEqual(['npx', 'asc']);
  await run([require.resolve('assemblyscript/bin/asc.js'), ...options]);
  expect([await run(['main.js'])]).toEqual(blocks('text'));
  const [, byKernel, byTwin] = blocks('text')[0].trimEnd().split('\n');
  expect(byKernel.replace('walker ', '')).toBe(byTwin.replace('walker in JavaScript ', ''));
});
