import { type DiskStats, DormouseError, type HeadPage, type RecordBatch, type StoreHost, type StoreStats } from '@dormouse/core';
import { after, rethrown } from './after.js';
import { within } from './bounded.js';
import { Draft } from './draft.js';
import { FileLock } from './file-lock.js';
import { bytesOnDisk } from './file-place.js';
import { FileReader } from './file-reader.js';
import type { WriterState } from './file-writer.js';
import { Pending } from './pending.js';
import { RecordIndex } from './record-index.js';
import { storeError } from './store-error.js';
import { CACHE_KIB } from './store-file.js';
import { StoreProblem, textOf } from './store-problem.js';
import type { Writing } from './writing.js';

/** What was deleted and noted alone is committed after this time, wall-clock ms. */
const COMMIT_MS = 500;
/** What the last commit may take, wall-clock ms, before the store is closed without it. */
const CLOSE_MS = 10_000;
/** Times that files which vanish again and again are put back for one commit. */
const MOST_RESTORES = 3;
/** Free pages are given back from this many on, where they are this part of the file: 1 MiB, an eighth. */
const LEAST_FREE_PAGES = 256;
const FREE_SHARE = 8;
/** Page caches of both connections at most, and what a record takes there beside its bytes. */
const MOST_CACHE_BYTES = 2 * CACHE_KIB * 1024;
const ROW_BYTES = 64;

/** A store while it is open: its file, what is known of it and what is still to be written. On the manager's thread, but for the writing. */
export class OpenStore {
  readonly notes: Map<string, string>;
  readonly #host: StoreHost;
  readonly #file: string;
  readonly #lock: FileLock;
  readonly #reader: FileReader;
  readonly #writing: Writing;
  readonly #index: RecordIndex;
  readonly #pending = new Pending();
  /** The commit that is under way. */
  #draft: Draft | undefined;
  /** The end of all commits that were asked for. Undefined: none is under way. */
  #lane: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #state: WriterState = { writtenBytes: 0, pageCount: 0, freePages: 0 };
  /** Bytes that writers have written which are gone. */
  #writtenBefore = 0;
  #isVacuuming = false;
  /** What is still under way then has been given up. */
  #hasEnded = false;
  /** What the logger was told last: a disk that stays full is told of once. */
  #warning = '';

  private constructor(host: StoreHost, file: string, lock: FileLock, writing: Writing) {
    this.#host = host;
    this.#file = file;
    this.#lock = lock;
    this.#writing = writing;
    this.#reader = new FileReader(file);
    this.#index = new RecordIndex(file, this.#reader);
    this.notes = this.#reader.notes();
  }

  /** Throws or rejects with `ERR_STORE_LOCKED`, `ERR_STORE_FILE`, `ERR_STORE_FAILED`; nothing is open then. */
  static open(host: StoreHost, file: string, writing: Writing): OpenStore | Promise<OpenStore> {
    const lock = new FileLock(file);
    const failed = (error: unknown): never => {
      lock.withdraw();
      throw storeError(error, `cannot open ${file}`);
    };
    return after(
      () => {
        lock.take();
        return writing.open();
      },
      () => {
        try {
          return new OpenStore(host, file, lock, writing);
        } catch (error) {
          return after(() => writing.close(), () => failed(error), () => failed(error)); // biome-ignore format: one a line says less
        }
      },
      failed,
    );
  }

  /** Puts a batch, or what is pending alone. Throws or rejects with `ERR_STORE_FAILED` and what opening throws; nothing has changed then. */
  commit(batch: RecordBatch | undefined, isFlush: boolean): void | Promise<void> {
    const lane = this.#lane;
    const underWay = lane === undefined ? this.#begin(batch, isFlush) : lane.then(() => this.#begin(batch, isFlush));
    if (!(underWay instanceof Promise)) return;
    const end = (): void => {
      if (this.#lane === tail) this.#lane = undefined;
    };
    const tail = underWay.then(end, end);
    this.#lane = tail;
    return underWay;
  }

  read(accountId: number, id: number): Uint8Array {
    const isThere = this.#index.table.has(accountId, id);
    let record: Uint8Array | undefined;
    try {
      if (isThere) record = this.#reader.record(id);
    } catch (error) {
      this.#reader.close();
      throw storeError(error, `cannot read ${this.#file}`);
    }
    if (record !== undefined) return record;
    throw new DormouseError('ERR_STORE_FAILED', `store sqlite has no record of account ${accountId} at location ${id}`, { accountId });
  }

  delete(accountId: number, id: number): void {
    if (!this.#index.table.has(accountId, id)) return;
    this.#draft?.delete(id);
    this.#index.table.free(id);
    this.#pending.delete(id);
    this.#arm();
  }

  note(key: string, text: string): void {
    this.#pending.note(key, text);
    this.#arm();
  }

  load(page: HeadPage): Promise<void> {
    return this.#index.load(page);
  }

  compact(budgetMs: number): boolean {
    const { freePages, pageCount } = this.#state;
    const isWorthIt = freePages >= LEAST_FREE_PAGES && freePages * FREE_SHARE >= pageCount;
    if (this.#isVacuuming || this.#lane !== undefined || !isWorthIt) return false;
    this.#isVacuuming = true;
    const end = (): boolean => {
      this.#isVacuuming = false;
      return this.#state.freePages >= LEAST_FREE_PAGES;
    };
    const step = after(
      () => this.#writing.vacuum(budgetMs),
      (state) => {
        this.#take(state);
        return end();
      },
      (error) => {
        end();
        this.#warn(`store sqlite cannot give space of ${this.#file} back: ${textOf(error)}`);
        return false;
      },
    );
    // A thread does it meanwhile, and is asked again when there is time again.
    return step instanceof Promise ? false : step;
  }

  get stats(): StoreStats {
    const { records, recordBytes, heldBytes } = this.#index.table;
    const cached = Math.min(MOST_CACHE_BYTES, 2 * (recordBytes + records * ROW_BYTES));
    return { records, recordBytes, heldBytes: heldBytes + cached };
  }

  get disk(): DiskStats {
    return {
      fileBytes: bytesOnDisk(this.#file),
      readBytes: this.#reader.readBytes,
      writtenBytes: this.#writtenBefore + this.#state.writtenBytes,
    };
  }

  /** Never throws or rejects: what is not in the file is told to the logger. Within 30 s. */
  close(): void | Promise<void> {
    const { logger } = this.#host;
    const written = after(
      () => {
        const underWay = this.#pending.isEmpty ? this.#lane : this.commit(undefined, true);
        return underWay instanceof Promise ? within(CLOSE_MS, underWay, () => new Error(`not done in ${CLOSE_MS} ms`)) : underWay;
      },
      () => {},
      (error) => {
        const { deletes, notes } = this.#pending.size;
        logger.error(
          `store sqlite is closed without ${deletes} deletes and ${notes} notes, which ${this.#file} does not have: ${textOf(error)}`,
        );
      },
    );
    return after(
      () => written,
      () => this.#end(),
      rethrown,
    );
  }

  #end(): void | Promise<void> {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reader.close();
    return after(
      () => this.#writing.close(),
      () => this.#lock.release(),
      // Its thread may yet write: whoever opens the file meanwhile must be refused.
      (error) => this.#host.logger.error(`store sqlite could not close ${this.#file}: ${textOf(error)}`),
    );
  }

  /** Synchronous where the writing is. */
  #begin(batch: RecordBatch | undefined, isFlush: boolean): void | Promise<void> {
    if (this.#hasEnded) throw new DormouseError('ERR_STORE_FAILED', 'store sqlite is closed');
    const draft = new Draft(this.#index.table, this.#pending, batch, isFlush);
    this.#draft = draft;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const end = (): void => {
      this.#draft = undefined;
      this.#arm();
    };
    return after(
      () => this.#write(draft, 0),
      () => {
        for (const [key, text] of draft.settle()) this.notes.set(key, text);
        this.#warning = '';
        end();
      },
      (error) => {
        draft.giveUp(this.#pending);
        end();
        throw storeError(error, `cannot write to ${this.#file}`);
      },
    );
  }

  #write(draft: Draft, restores: number): void | Promise<void> {
    return after(
      () => this.#writing.commit(draft.commit),
      (outcome) => {
        if ('state' in outcome) return this.#take(outcome.state);
        this.#host.logger.warn(outcome.again);
        this.#reader.close();
        this.#lock.check();
        if (restores === MOST_RESTORES)
          throw new StoreProblem('ERR_STORE_FAILED', `its files vanish as soon as they are there: ${outcome.again}`);
        return this.#write(draft, restores + 1);
      },
      rethrown,
    );
  }

  #take(state: WriterState): void {
    if (state.writtenBytes < this.#state.writtenBytes) this.#writtenBefore += this.#state.writtenBytes;
    this.#state = state;
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#draft !== undefined || this.#hasEnded || this.#pending.isEmpty) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void after(
        () => this.commit(undefined, false),
        () => {},
        (error) => this.#warn(textOf(error)),
      );
    }, COMMIT_MS).unref();
  }

  #warn(message: string): void {
    if (message !== this.#warning) this.#host.logger.warn(message);
    this.#warning = message;
  }
}
