import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

interface Measured {
  grownBytes: number;
  stateBytes: number;
}

const script = fileURLToPath(new URL('./data-memory.mjs', import.meta.url));
const SESSIONS = 5000;

async function measure(valueBytes: number): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, String(SESSIONS), String(valueBytes)]);
  return JSON.parse(stdout) as Measured;
}

describe('memory of data fields of 64 KiB', () => {
  it('grows with what is stored in them, and the manager knows by how much within 10 %', async () => {
    const none = await measure(0);
    const some = await measure(20_000);
    const resident = some.grownBytes - none.grownBytes;
    const accounted = some.stateBytes - none.stateBytes;
    expect(accounted).toBeGreaterThanOrEqual(SESSIONS * 20_000);
    expect(accounted / resident).toBeGreaterThan(0.9);
    expect(accounted / resident).toBeLessThan(1.1);
  });

  it('is a sixteenth of that or less while values are of 300 bytes; by the account, below 600 bytes', async () => {
    const none = await measure(0);
    const some = await measure(300);
    expect(some.stateBytes - none.stateBytes).toBeLessThan(SESSIONS * 600);
    // The resident set has the heap in it too, which comes and goes by megabytes.
    expect(some.grownBytes - none.grownBytes).toBeLessThan(SESSIONS * 4096);
  });
});
