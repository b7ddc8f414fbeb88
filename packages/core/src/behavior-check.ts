import { Worker } from 'node:worker_threads';
import type { BehaviorDescriptor } from './behavior-module.js';
import { DormouseError } from './errors.js';
import { type ThreadError, unpackError } from './thread-error.js';

/** What the thread of a check is given. */
export interface BehaviorCheckOrder {
  readonly behaviors: readonly BehaviorDescriptor[];
  readonly workerSetup: readonly string[];
}

/** What it posts: each URL before it is imported, and then the end. */
export type BehaviorCheckNews =
  | { readonly importing: string }
  | { readonly outcome: 'imported' }
  | { readonly outcome: 'failed'; readonly error: ThreadError };

interface CheckLimits {
  /** Default 30 000 ms. */
  readonly deadlineMs?: number;
  /** The program of the thread, where this is not run as it is built. */
  readonly thread?: URL;
}

/**
 * Resolves if a new worker thread can import the behaviours, after `workerSetup`. Rejects with `ERR_BEHAVIOR_IMPORT` otherwise, its
 * cause and the thread's stack kept; also if the thread ends without an answer or has none within the deadline. The thread has been
 * ended when this settles.
 */
export async function checkBehaviors(order: BehaviorCheckOrder, limits: CheckLimits = {}): Promise<void> {
  const { deadlineMs = 30_000, thread = new URL('./behavior-check-thread.js', import.meta.url) } = limits;
  const worker = new Worker(thread, { workerData: order });
  let url = '';
  let timer: NodeJS.Timeout | undefined;
  const unanswered = (what: string, cause?: unknown): DormouseError => {
    const where = url === '' ? 'before it had imported anything' : `while it imported ${url}`;
    return new DormouseError(
      'ERR_BEHAVIOR_IMPORT',
      `the thread that imports the behaviours ${what} ${where}`,
      cause === undefined ? {} : { cause },
    );
  };
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (news: BehaviorCheckNews) => {
        if ('importing' in news) url = news.importing;
        else if (news.outcome === 'imported') resolve();
        else reject(unpackError(news.error));
      });
      // An error comes by a port of its own, and may come before what was posted earlier; the end comes behind both.
      let error: Error | undefined;
      worker.once('error', (cause) => {
        error = cause;
      });
      worker.once('exit', (code) => {
        reject(error === undefined ? unanswered(`ended with code ${code}`) : unanswered(`failed (${error.message})`, error));
      });
      timer = setTimeout(() => reject(unanswered(`gave no answer within ${deadlineMs} ms`)), deadlineMs);
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
