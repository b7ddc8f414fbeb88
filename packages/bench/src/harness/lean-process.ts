import { spawn } from 'node:child_process';
import { Option } from 'commander';
import { passStopsTo } from './stop-signals.js';

/** How a process is started: flags of Node.js and V8, and its environment. */
export interface ProcessStart {
  readonly flags: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * How a process is started that is lean from the first. `flags`: V8's space for new objects at its least: it grows to 32 MB a thread by what a thread has once done,
 * and is kept. `settings`, of malloc: one pool for all threads, since V8's own make one each, and what they free stays in it; and pieces of 128 KiB or more, and
 * what is free at its end, go back at once: else both limits grow with what was ever freed, and some megabytes are kept once code was compiled.
 */
export const LEAN: ProcessStart = {
  flags: ['--max-semi-space-size=1'],
  settings: { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '131072' },
};
/** Flags and environment of a lean process, for those who read its figures. */
export const LEAN_START = `${LEAN.flags.join(' ')} and ${Object.entries(LEAN.settings)
  .map(([name, value]) => `${name}=${value}`)
  .join(' ')}`;

export type Heap = 'lean' | 'default';

/** `--heap`: how the process is started whose memory is measured. */
export function heapOption(): Option {
  return new Option(
    '--heap <kind>',
    `lean: in a process started with ${LEAN_START}, whose memory is that of its sessions; default: in this one`,
  )
    .choices(['lean', 'default'])
    .default('lean');
}

/**
 * Runs the command that this process was given again in a lean one, if that is asked for, and takes on its exit code. True: it has run; false: this is the one
 * that it is to run in.
 */
export async function ranLean(heap: Heap): Promise<boolean> {
  const isLean =
    process.env.MALLOC_ARENA_MAX === LEAN.settings.MALLOC_ARENA_MAX && LEAN.flags.every((flag) => process.execArgv.includes(flag));
  if (heap === 'default' || isLean) return false;
  const args = [...LEAN.flags, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...LEAN.settings } });
  const passNoMore = passStopsTo(child);
  try {
    process.exitCode = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve(code ?? 1));
    });
  } finally {
    passNoMore();
  }
  return true;
}
