import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

interface Measured {
  grownBytes: number;
  totalBytes: number;
  stateBytes: number;
  ringBytes: number;
  serviceBytes: number;
  tableBytes: number;
  indexBytes: number;
  sleeperBytes: number;
  storeBytes: number;
  droppedBytes: number;
}

const script = fileURLToPath(new URL('./resident-memory.mjs', import.meta.url));

async function measure(sessions: number, use = 'packets'): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, String(sessions), use]);
  return JSON.parse(stdout) as Measured;
}

describe('R-27 memory accounted for', () => {
  it('agrees with the growth of the resident set within 10 % at 5000 sessions with rings in use', async () => {
    const { grownBytes, totalBytes } = await measure(5000);
    expect(totalBytes / grownBytes).toBeGreaterThan(0.9);
    expect(totalBytes / grownBytes).toBeLessThan(1.1);
  });

  it('agrees as well at 5000 sessions with mailboxes, outboxes and timers in use', async () => {
    const { grownBytes, totalBytes, serviceBytes, ringBytes } = await measure(5000, 'messages');
    expect(serviceBytes).toBeGreaterThan(5000 * 2 * 12_000);
    expect(ringBytes).toBe(0);
    expect(totalBytes / grownBytes).toBeGreaterThan(0.9);
    expect(totalBytes / grownBytes).toBeLessThan(1.1);
  });

  it('is the sum of what it is held for', async () => {
    const { totalBytes, stateBytes, ringBytes, serviceBytes, tableBytes, indexBytes, ...others } = await measure(100, 'messages');
    const sum = stateBytes + ringBytes + serviceBytes + tableBytes + others.sleeperBytes + others.storeBytes + others.droppedBytes;
    expect(sum).toBeLessThanOrEqual(totalBytes);
    expect(totalBytes - (sum + indexBytes)).toBeLessThan(4096);
  });
});
