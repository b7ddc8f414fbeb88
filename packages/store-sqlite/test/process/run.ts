import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs a program of this folder to its end, in front of it `by` if that is given, and returns what it prints as JSON, whatever its exit code. Prints it too: figures are there to be seen. */
export function run<T>(program: string, args: readonly string[], by: readonly string[] = []): Promise<T> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const [command, ...rest] = [...by, process.execPath, path, ...args];
  return new Promise((resolve, reject) => {
    execFile(command, rest, (error, stdout, stderr) => {
      try {
        const told = JSON.parse(stdout) as T;
        process.stdout.write(`${basename(path)} ${args.join(' ')}: ${stdout.trim()}\n`);
        resolve(told);
      } catch {
        reject(error ?? new Error(`${path} printed no JSON: ${stdout}${stderr}`));
      }
    });
  });
}
