import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { LEAN, type ProcessStart } from './lean-process.js';
import { passStopsTo } from './stop-signals.js';

/** A part of `figures` takes minutes; one that takes so long hangs. */
const MOST_MS = 3_600_000;
/** A target on an arm takes seconds, and some tens of them on a busy machine. */
const MOST_OF_TARGET_MS = 300_000;

/**
 * What a command of this program prints with `--json`, run in a process of its own: nothing finds heap and compiler as another has left them. Rejects if it
 * fails, or is not done within an hour; it is ended with this process.
 */
export function apart<Report>(...args: readonly string[]): Promise<Report> {
  return printedBy<Report>(args, 'inherit', MOST_MS);
}

/** The same within five minutes, and ended by `signal`; what it says on stderr is told if it fails, and else by nobody. */
export function apartUntil<Report>(signal: AbortSignal, args: readonly string[], boundMs = MOST_OF_TARGET_MS): Promise<Report> {
  return printedBy<Report>(args, 'pipe', boundMs, { signal });
}

/** The same of a command whose process is to be lean: started as one, it need not start another. */
export function leanApartUntil<Report>(signal: AbortSignal, args: readonly string[]): Promise<Report> {
  return printedBy<Report>(args, 'pipe', MOST_OF_TARGET_MS, { signal, ...LEAN });
}

async function printedBy<Report>(
  args: readonly string[],
  stderr: 'inherit' | 'pipe',
  boundMs: number,
  { signal, flags = [], settings = {} }: Partial<ProcessStart> & { readonly signal?: AbortSignal } = {},
): Promise<Report> {
  const beganMs = performance.now();
  const child = spawn(process.execPath, [...flags, process.argv[1], ...args, '--json'], {
    stdio: ['ignore', 'pipe', stderr],
    env: { ...process.env, ...settings },
    timeout: boundMs,
    signal,
  });
  const passNoMore = passStopsTo(child);
  try {
    const [output, said, [code, endedBy]] = await Promise.all([
      text(child.stdout as NonNullable<typeof child.stdout>),
      child.stderr === null ? '' : text(child.stderr),
      once(child, 'close'),
    ]);
    if (code === 0) return JSON.parse(output) as Report;
    const isLate = endedBy !== null && performance.now() - beganMs >= boundMs;
    const how = isLate
      ? `was ended: not done within ${boundMs / 1000} s`
      : endedBy !== null
        ? `was ended by ${endedBy}`
        : `ended with exit code ${code}`;
    const last = said.trim().split('\n').pop();
    throw new Error(`${args.join(' ')} ${how}${last ? `: ${last}` : ''}`);
  } finally {
    passNoMore();
  }
}
