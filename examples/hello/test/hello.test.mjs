import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const hello = fileURLToPath(new URL('../hello.mjs', import.meta.url));

it('prints what the hurried bot answers and how far all three have walked in a second, and ends', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [hello]);
  expect(stderr).toBe('');
  expect(stdout).toBe('bot 2: on my way\nbot 1 walked 1.5 m\nbot 2 walked 3.0 m\nbot 3 walked 1.5 m\n');
});
