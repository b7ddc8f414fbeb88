import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program on this process's own terminal and resolves with its exit code, as a shell would say it: 128 + n after signal n.
 *
 * Signals that reach this process are passed on, and this process outlives the child, so that the child may end in its own way.
 * Ctrl-C is the exception: a terminal sends SIGINT to the child as well, and a second one would mean "now, without a summary".
 */
export async function run(command, args, options = {}) {
  const { code } = await ending(spawn(command, args, { stdio: 'inherit', ...options }));
  return code;
}

/**
 * As {@link run}, for a step on the way to something else: what the program prints is shown only if it fails, and if this process was
 * told to end meanwhile, it has failed, whatever the program itself makes of that (Turbo leaves with 0, its work half done).
 */
export async function runQuietly(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const { code: left, signal } = await ending(child);
  const code = left === 0 && signal !== undefined ? 128 + constants.signals[signal] : left;
  if (code !== 0) process.stderr.write(Buffer.concat(output));
  return code;
}

/** The child's exit code, and the last signal that this process got meanwhile. */
function ending(child) {
  return new Promise((resolve, reject) => {
    let received;
    const forward = (signal) => {
      received = signal;
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const settle = () => {
      for (const signal of FORWARDED) process.off(signal, forward);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code, signal) => {
      settle();
      resolve({ code: code ?? 128 + constants.signals[signal], signal: received });
    });
  });
}
