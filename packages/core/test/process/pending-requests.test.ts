import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('./pending-requests.mjs', import.meta.url));

it.each(['shutdown', 'none'])('a request that is never answered keeps no process alive (%s)', async (how) => {
  // Rejects unless the process ends by itself, with code 0.
  const { stdout } = await promisify(execFile)(process.execPath, [script, how]);
  expect(JSON.parse(stdout)).toEqual({ calls: 1, resources: [] });
});
