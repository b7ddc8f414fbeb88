/** What is used of threads 1.7.0, whose own types are not found under `nodenext` and need the DOM. Not published: no type of ours names it. */

declare module 'threads' {
  import type { TransferListItem, Worker } from 'node:worker_threads';

  /** Resolves when the worker has called `expose`; `timeout` in ms, default 10 000. */
  export function spawn<Thread>(worker: Worker, options?: { timeout?: number }): Promise<Thread>;
  export function Transfer<T>(payload: T, transferables: readonly TransferListItem[]): T;
  export const Thread: { terminate(thread: unknown): Promise<void> };
}

declare module 'threads/worker' {
  export function expose(functions: Record<string, (argument: never) => unknown>): void;
}
