import { builtUrl } from '../built.js';
import type { ThreadSetup } from './job.js';

/** Threads of a library as it is used without Dormouse. */
export interface Pool {
  /** Has whichever thread is free run a task. */
  run(task: unknown): Promise<unknown>;
  /** As the library closes itself: not every one comes to an end, see {@link ThreadWatch}. */
  close(): Promise<unknown>;
  /** While no task is there: goes on with so many threads. Absent where the pool must be closed and opened anew. */
  resize?(threads: number): Promise<void>;
}

/** A library, and how it is configured. */
export interface PoolLibrary {
  /** Resolves when so many threads can be given tasks. Each is started with `setup`. */
  open(threads: number, setup: ThreadSetup): Promise<Pool>;
  /** Threads that can be told apart, where the library has a better way to that than a pool of one thread for each. */
  openEach?(threads: number, setup: ThreadSetup): Promise<readonly Pool[]>;
}

/** So many pools, of which each always has its tasks run by the same thread, for as long as that lives. */
export function openEach(library: PoolLibrary, threads: number, setup: ThreadSetup): Promise<readonly Pool[]> {
  return library.openEach?.(threads, setup) ?? Promise.all(Array.from({ length: threads }, () => library.open(1, setup)));
}

/** What a thread of a library runs. */
export function threadUrl(library: string): URL {
  return builtUrl(`by-hand/${library}-thread.js`);
}

/** A library whose own types are not found under `nodenext`, need the DOM, or are wrong under strict options. */
export async function load<Library>(name: string): Promise<Library> {
  return (await import(name)) as Library;
}
