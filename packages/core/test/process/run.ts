import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a program of this folder to its end, and returns what it prints as JSON, whatever its exit code. Prints it too: figures are there to be seen. */
export function run<T>(program: string, ...args: readonly string[]): Promise<T> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [path, ...args], (error, stdout, stderr) => {
      try {
        const told = JSON.parse(stdout) as T;
        process.stdout.write(`${program} ${args.join(' ')}: ${stdout.trim()}\n`);
        resolve(told);
      } catch {
        reject(error ?? new Error(`${program} printed no JSON: ${stdout}${stderr}`));
      }
    });
  });
}
