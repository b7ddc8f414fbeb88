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

/** What a task gives back. The sender has no use for the buffers of `transfer` any more: a library that can, moves them in place of a copy. */
export interface Answer {
  readonly message: unknown;
  readonly transfer: readonly ArrayBuffer[];
}

/** What a thread does with each task that it is given. */
export type Job = (task: unknown) => Answer;

/** A task that ends the thread that it comes to, as a fault in a native module would: nothing is said, nothing is answered. */
export const EXIT = { exit: true };

const NOTHING: Answer = { message: undefined, transfer: [] };

/** The answer to a task that has only to be done. */
export function done(): Answer {
  return NOTHING;
}

/** Loads what a thread runs: that form alone, in that arithmetic alone. */
export async function openJob(setup: ThreadSetup): Promise<Job> {
  const job = setup.form === 'empty' ? runShare : await loadJob(setup);
  return (task) => {
    if (isExit(task)) process.exit(1);
    return job(task);
  };
}

async function loadJob(setup: ThreadSetup): Promise<Job> {
  const { open } = (await import(new URL(`./${setup.form}-job-${setup.arith}.js`, import.meta.url).href)) as {
    open(setup: ThreadSetup): Job;
  };
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
function runShare(task: unknown): Answer {
  const { begin, end } = task as Share;
  let ran = 0;
  for (let batch = begin; batch < end; batch++) ran++;
  return { message: ran, transfer: [] };
}
