import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

interface Stop {
  readonly function: string;
  /** From the line of the breakpoint. */
  readonly line: number;
  /** Account, tick, state and diff, as a debugger sees them in the update. */
  readonly seen: readonly number[];
}

const program = fileURLToPath(new URL('./breakpoint.mjs', import.meta.url));

async function debugged(...args: string[]): Promise<{ stops: Stop[]; steps: number[] }> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  return JSON.parse(stdout);
}

const at = (...seen: number[]): Stop => ({ function: 'update', line: 0, seen });

describe('a breakpoint in a behaviour', () => {
  it('stops in the update of every session, with its state to look at, and the run goes on unchanged', async () => {
    expect(await debugged()).toEqual({
      stops: [at(1, 1, 0, 50), at(2, 1, 0, 50), at(3, 1, 0, 50), at(1, 2, 50, 50), at(2, 2, 50, 50), at(3, 2, 50, 50)],
      steps: [100, 100, 100],
    });
  });

  it('with a condition stops in the session that it names', async () => {
    expect(await debugged('session.accountId === 2')).toEqual({ stops: [at(2, 1, 0, 50), at(2, 2, 50, 50)], steps: [100, 100, 100] });
  });
});
