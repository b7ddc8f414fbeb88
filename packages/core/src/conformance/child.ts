import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Claim } from './claim.js';

/** What a process of its own is told: which claim to try, and how to make the scheduler. */
export interface ChildOrder {
  readonly claim: string;
  /** URL of the module whose default export makes it. */
  readonly module: string;
  readonly options: object;
  readonly deadlineMs: number;
}

/** What it says: nothing in `failure` means that the claim held. */
export interface ChildOutcome {
  readonly failure?: { readonly message: string; readonly stack: string | undefined };
}

/** Longer than any claim's own deadlines: what is bounded in there says what it was. */
const GRACE = 4;

/** Tries a claim in a process of its own, which must then end by itself, and well. */
export async function holdInChild(claim: Claim, order: ChildOrder): Promise<void> {
  const program = fileURLToPath(new URL('./conformance-child.js', import.meta.url));
  // Nothing of what this process was started with: a test runner's flags are its own.
  const child = fork(program, [JSON.stringify(order)], { execArgv: [...(claim.process ?? [])], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let said: ChildOutcome | undefined;
  let printed = '';
  child.stdout?.on('data', (chunk) => (printed += chunk));
  child.stderr?.on('data', (chunk) => (printed += chunk));
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const limit = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, ms);
  };
  limit(order.deadlineMs * GRACE);
  child.on('message', (outcome: ChildOutcome) => {
    said = outcome;
    limit(order.deadlineMs);
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
  });
  clearTimeout(timer);
  const last = printed === '' ? '' : `; it printed:\n${printed.slice(-2000)}`;
  if (said?.failure !== undefined) {
    const error = new assert.AssertionError({ message: said.failure.message });
    if (said.failure.stack !== undefined) error.stack = said.failure.stack;
    throw error;
  }
  assert.ok(said !== undefined || !isLate, `the process had not tried it within ${order.deadlineMs * GRACE} ms${last}`);
  assert.ok(said !== undefined, `the process ended with ${signal ?? `code ${code}`} before it had tried it${last}`);
  assert.ok(!isLate, `the process had not ended by itself ${order.deadlineMs} ms after the shutdown${last}`);
  assert.equal(code, 0, `exit code of the process, after all was well${last}`);
}
