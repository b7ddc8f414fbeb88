import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

interface Measured {
  grownBytes: number;
  totalBytes: number;
  stateBytes: number;
  ringBytes: number;
  tableBytes: number;
  indexBytes: number;
}

const script = fileURLToPath(new URL('./resident-memory.mjs', import.meta.url));

async function measure(sessions: number): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, String(sessions)]);
  return JSON.parse(stdout) as Measured;
}

describe('R-27 memory accounted for', () => {
  it('agrees with the growth of the resident set within 10 % at 5000 sessions with rings in use', async () => {
    const { grownBytes, totalBytes } = await measure(5000);
    expect(totalBytes / grownBytes).toBeGreaterThan(0.9);
    expect(totalBytes / grownBytes).toBeLessThan(1.1);
  });

  it('is the sum of what it is held for', async () => {
    const { totalBytes, stateBytes, ringBytes, tableBytes, indexBytes } = await measure(100);
    expect(stateBytes + ringBytes + tableBytes).toBeLessThanOrEqual(totalBytes);
    expect(totalBytes - (stateBytes + ringBytes + tableBytes + indexBytes)).toBeLessThan(4096);
  });
});
