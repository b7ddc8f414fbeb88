import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { endChild } from '../compare/children.js';
import { builtProgram, NATIVE_SOURCES } from './program.js';

export const PACKAGES = 'cmake make g++ libtbb-dev libboost-dev';

const CONFIGURE_MS = 120_000;
const COMPILE_MS = 600_000;
const SHOWN_LINES = 20;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The program's path, or why there is none. */
export type Built = { readonly program: string } | { readonly problem: string };

/** What CMake says where something is not installed, and what that is. */
const LACKING: readonly (readonly [RegExp, string])[] = [
  [/CMAKE_CXX_COMPILER/, 'there is no C++ compiler'],
  [/CMAKE_MAKE_PROGRAM|unable to find a build program/, 'there is no make'],
  [/by "TBB"|TBBConfig/, 'there is no oneTBB'],
  [/by "Boost"|BoostConfig|Could NOT find Boost/, 'there is no Boost'],
];

/** Builds the native program with CMake into a folder. Where it cannot, it is told what lacks, or the end of what was printed. */
export async function buildNative(folder: string): Promise<Built> {
  const configured = await run('cmake', ['-S', NATIVE_SOURCES, '-B', folder, '-DCMAKE_BUILD_TYPE=Release'], CONFIGURE_MS);
  if (configured.code === 'ENOENT') return { problem: lacking('there is no cmake') };
  if (configured.code !== 0) {
    const lack = LACKING.find(([said]) => said.test(configured.output))?.[1];
    return { problem: lack === undefined ? endOf('cmake', configured) : lacking(lack) };
  }
  const compiled = await run('cmake', ['--build', folder, '--parallel', String(availableParallelism())], COMPILE_MS);
  return compiled.code === 0 ? { program: builtProgram(folder) } : { problem: endOf('the compiler', compiled) };
}

interface Ended {
  /** Exit code, signal, or why it did not start. */
  readonly code: number | string;
  /** Both streams, as they came. */
  readonly output: string;
}

function run(program: string, words: readonly string[], boundMs: number): Promise<Ended> {
  return new Promise((resolve) => {
    // A group of its own, as what is to be ended is make and its compilers too.
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, LC_ALL: 'C' } });
    let output = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endChild(child);
    }, boundMs);
    const stop = stopWith(child);
    const read = (text: string): void => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    const end = (code: number | string): void => {
      clearTimeout(timer);
      for (const signal of SIGNALS) process.off(signal, stop);
      resolve({ code: isLate ? `SIGKILL, not done within ${boundMs / 1000} s` : code, output });
    };
    child.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    child.on('close', (code, signal) => end(code ?? signal ?? 1));
  });
}

/** What ends this program ends the child and its group first: a terminal's signals do not reach them. */
function stopWith(child: ChildProcess): (signal: NodeJS.Signals) => void {
  const stop = (signal: NodeJS.Signals): void => {
    endChild(child);
    for (const each of SIGNALS) process.off(each, stop);
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return stop;
}

function lacking(what: string): string {
  return `${what}. Debian and Ubuntu: apt-get install ${PACKAGES}; elsewhere CMake, a C++20 compiler, oneTBB and Boost`;
}

function endOf(who: string, { code, output }: Ended): string {
  return `${who} ended with ${code}:\n${output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n')}`;
}
