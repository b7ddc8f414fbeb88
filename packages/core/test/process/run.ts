import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs a program to its end, and returns what it prints as JSON, whatever its exit code. Prints it too: figures are there to be seen. */
export function run<T>(program: URL, ...args: readonly string[]): Promise<T> {
  const path = fileURLToPath(program);
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [path, ...args], (error, stdout, stderr) => {
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
