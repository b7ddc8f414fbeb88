import type { ArmSetup } from '../compare/contender.js';
import type { SharedSessions } from './shared-sessions.js';

/** How the work is written, on the side of the threads. */
export type JobForm = 'empty' | 'objects' | 'columns' | 'shard';

/** What a thread is started with, as its `workerData`. */
export interface ThreadSetup extends Omit<ArmSetup, 'workers'> {
  readonly form: JobForm;
  /** How many the pool has. */
  readonly threads: number;
  /** Of the form `columns`. */
  readonly shared?: SharedSessions;
}

/** What a thread does with each task that it is given. It gives what the task is answered with; undefined where it has only to be done. */
export type Job = (task: unknown) => unknown;

/** A task that ends the thread that it comes to, as a fault in a native module would: nothing is said, nothing is answered. */
export const EXIT = { exit: true };

/** Loads what a thread runs: that form alone, in that arithmetic alone. */
export async function openJob(setup: ThreadSetup): Promise<Job> {
  const job =
    setup.form === 'empty' ? runShare : await loadJob(new URL(`./${setup.form}-job-${setup.arith}.js`, import.meta.url).href, setup);
  return (task) => {
    if (isExit(task)) process.exit(1);
    return job(task);
  };
}

/** The job of a built module, whose arithmetic is that of its name. */
export async function loadJob(url: string, setup: ThreadSetup): Promise<Job> {
  const { open } = (await import(url)) as { open(setup: ThreadSetup): Job };
  return open(setup);
}

function isExit(task: unknown): boolean {
  return (task as Partial<typeof EXIT>).exit === true;
}

/** What a thread is to run of a tick: batches `begin … end − 1`, of which each does nothing. */
export interface Share {
  readonly begin: number;
  readonly end: number;
}

/** Runs a share; gives how many batches that were. */
function runShare(task: unknown): number {
  const { begin, end } = task as Share;
  let ran = 0;
  for (let batch = begin; batch < end; batch++) ran++;
  return ran;
}
