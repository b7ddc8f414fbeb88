import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const hello = new URL('../hello.mjs', import.meta.url);
const PRINTED = 'bot 2: on my way\nbot 1 walked 1.5 m\nbot 2 walked 3.0 m\nbot 3 walked 1.5 m\n';
/** Where a changed hello finds the same packages. */
const changed = new URL('../node_modules/.changed/', import.meta.url);
afterAll(() => rmSync(changed, { recursive: true, force: true }));

async function outputOf(program) {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [fileURLToPath(program)]);
  expect(stderr).toBe('');
  return stdout;
}

it('prints what the hurried bot answers and how far all three have walked in a second, and ends', async () => {
  expect(await outputOf(hello)).toBe(PRINTED);
});

it.each(['tinypool', 'poolifier', 'threads'])(
  'prints the same on the worker threads of %s, by changing its import and its call',
  async (name) => {
    const program = new URL(`${name}.mjs`, changed);
    mkdirSync(changed, { recursive: true });
    writeFileSync(
      program,
      readFileSync(hello, 'utf8').replaceAll('inlineScheduler', `${name}Scheduler`).replace('scheduler-inline', `scheduler-${name}`),
    );
    expect(await outputOf(program)).toBe(PRINTED);
  },
);
