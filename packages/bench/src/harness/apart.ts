import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a command of this program prints with `--json`, run in a process of its own: nothing finds heap and compiler as another has left them. */
export async function apart<Report>(...args: readonly string[]): Promise<Report> {
  const child = spawn(process.execPath, [process.argv[1], ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}`);
  return JSON.parse(output) as Report;
}

/** The same, ended by `signal`; what it says on stderr is told if it fails, and else by nobody. */
export async function apartUntil<Report>(signal: AbortSignal, args: readonly string[]): Promise<Report> {
  const child = spawn(process.execPath, [process.argv[1], ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const [output, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}: ${said.trim().split('\n').pop()}`);
  return JSON.parse(output) as Report;
}
