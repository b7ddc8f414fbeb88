import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Runs a program to its end, and returns what it prints as JSON, whatever its exit code. Prints it too: figures are there to be seen. */
export const run = <T>(program: URL, ...args: readonly string[]): Promise<T> => runWith<T>({}, program, ...args);

/** As `run`, with variables of the environment set. */
export function runWith<T>(variables: Readonly<Record<string, string>>, program: URL, ...args: readonly string[]): Promise<T> {
  const path = fileURLToPath(program);
  const env = { ...process.env, ...variables };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [path, ...args], { env }, (error, stdout, stderr) => {
      try {
        const told = JSON.parse(stdout) as T;
        process.stdout.write(`${basename(path)} ${args.join(' ')}: ${stdout.trim()}\n`);
        resolve(told);
      } catch {
        const end = error === null ? 'of itself' : `by ${error.signal ?? `exit code ${error.code}`}`;
        reject(new Error(`${basename(path)} ${args.join(' ')} ended ${end} without JSON: ${stdout}${stderr}`, { cause: error }));
      }
    });
  });
}
