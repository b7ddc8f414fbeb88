import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** A worker file of this folder, built: a thread loads it by Node's own loader, which knows no TypeScript. */
export interface WorkerBundle {
  /** Starts a thread; what it throws rejects `finished`, what it posts first resolves it. */
  start<T>(workerData: unknown): { worker: Worker; finished: Promise<T> };
  remove(): Promise<void>;
}

/** By a name the compiler does not look into: tsup's declarations ask for packages that are not there, and all are checked here. */
const TSUP: string = 'tsup';

export async function bundleWorker(name: string): Promise<WorkerBundle> {
  const { build } = (await import(TSUP)) as { build(options: object): Promise<void> };
  const outDir = await mkdtemp(join(tmpdir(), 'dormouse-test-'));
  await build({
    config: false,
    entry: { worker: fileURLToPath(new URL(`./${name}.ts`, import.meta.url)) },
    outDir,
    outExtension: () => ({ js: '.mjs' }),
    format: 'esm',
    target: 'node20',
    // From wherever the tests are run: what it is built into has no packages beside it.
    noExternal: [/./],
    silent: true,
  });
  return {
    start<T>(workerData: unknown) {
      const worker = new Worker(join(outDir, 'worker.mjs'), { workerData });
      const finished = new Promise<T>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code} and no report`)));
      });
      return { worker, finished };
    },
    remove: () => rm(outDir, { recursive: true, force: true }),
  };
}
