import { Worker } from 'node:worker_threads';
import { within } from './bounded.js';
import type { Commit, CommitOutcome, WriterState } from './file-writer.js';
import type { FileSettings } from './store-file.js';
import { type PostedProblem, received, StoreProblem, textOf } from './store-problem.js';
import type { Writing } from './writing.js';

/** What the thread runs: as built, also where this file is run as source. */
const WORKER = new URL('../dist/worker.js', import.meta.url);

/** What each commit is posted as lies outside its heap, and goes when it is collected: with more room for what is young that is 20 bytes a record of a million. */
const YOUNG_MB = 1;
const START_MS = 30_000;
/** What is waited for when it is closed: for what is still to be written, then for the thread to end. */
const CLOSE_MS = 10_000;

export interface ThreadData {
  readonly path: string;
  readonly settings: FileSettings;
}

type Order =
  | { readonly kind: 'open' | 'close' }
  | { readonly kind: 'commit'; readonly commit: Commit }
  | { readonly kind: 'vacuum'; readonly budgetMs: number };
export type ThreadRequest = Order & { readonly number: number };

export interface ThreadReply {
  readonly number: number;
  readonly value?: CommitOutcome | undefined;
  readonly problem?: PostedProblem;
}

interface Waiting {
  readonly resolve: (value: ThreadReply['value']) => void;
  readonly reject: (reason: StoreProblem) => void;
}

/**
 * On a thread of its own, which is never terminated: it ends when it is closed. One that dies is replaced at the next call; what was asked of it has failed, and may
 * be in the file or not. It keeps the process alive only while something is asked of it.
 */
export class ThreadWriting implements Writing {
  readonly #data: ThreadData;
  readonly #module: URL;
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  #exited: Promise<void> = Promise.resolve();

  /** `module`: what the thread runs. */
  constructor(path: string, settings: FileSettings, module = WORKER) {
    this.#data = { path, settings };
    this.#module = module;
  }

  async open(): Promise<void> {
    await within(START_MS, this.#ask({ kind: 'open' }), () => late('is not ready', START_MS));
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    return (await this.#ask({ kind: 'commit', commit })) as CommitOutcome;
  }

  async vacuum(budgetMs: number): Promise<WriterState> {
    const { state } = (await this.#ask({ kind: 'vacuum', budgetMs })) as { state: WriterState };
    return state;
  }

  async close(): Promise<void> {
    if (this.#worker === undefined) return;
    await within(CLOSE_MS, this.#ask({ kind: 'close' }), () => late('has not closed its file', CLOSE_MS));
    await within(CLOSE_MS, this.#exited, () => late('has not ended', CLOSE_MS));
  }

  #ask(order: Order): Promise<ThreadReply['value']> {
    const worker = this.#worker ?? this.#start();
    const number = this.#number++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      worker.ref();
      worker.postMessage({ ...order, number });
    });
  }

  #start(): Worker {
    // Flags of this process's, such as loaders of its sources, are none of its business.
    const worker = new Worker(this.#module, {
      workerData: this.#data,
      execArgv: [],
      name: 'dormouse-store',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    let failure: unknown;
    this.#worker = worker;
    worker.on('message', (reply: ThreadReply) => this.#settle(worker, reply));
    worker.on('error', (error: unknown) => {
      failure = error;
    });
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        if (this.#worker === worker) this.#worker = undefined;
        this.#lose(failure === undefined ? `exit code ${code}` : textOf(failure));
        resolve();
      });
    });
    worker.unref();
    return worker;
  }

  #settle(worker: Worker, { number, value, problem }: ThreadReply): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (this.#waiting.size === 0) worker.unref();
    if (problem === undefined) waiting?.resolve(value);
    else waiting?.reject(received(problem));
  }

  #lose(reason: string): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of lost) reject(new StoreProblem('ERR_STORE_FAILED', `its thread has ended: ${reason}`));
  }
}

function late(what: string, ms: number): StoreProblem {
  return new StoreProblem('ERR_STORE_FAILED', `its thread ${what} after ${ms} ms`);
}
