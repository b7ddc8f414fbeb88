import { type Commit, type CommitOutcome, FileWriter, type WriterState } from './file-writer.js';
import type { FileSettings } from './store-file.js';

/** Whoever writes a store's file: this thread, or one of its own. One call at a time; `vacuum` at any time. All may throw or reject with what was wrong. */
export interface Writing {
  open(): void | Promise<void>;
  /** Opens the file if it is not open. */
  commit(commit: Commit): CommitOutcome | Promise<CommitOutcome>;
  /** Gives space back for about `budgetMs`. */
  vacuum(budgetMs: number): WriterState | Promise<WriterState>;
  /** Also without `open`, and twice. */
  close(): void | Promise<void>;
}

/** On the thread that calls. */
export class DirectWriting implements Writing {
  readonly #path: string;
  readonly #settings: FileSettings;
  #writer: FileWriter | undefined;

  constructor(path: string, settings: FileSettings) {
    this.#path = path;
    this.#settings = settings;
  }

  open(): void {
    this.#opened();
  }

  commit(commit: Commit): CommitOutcome {
    const outcome = this.#opened().commit(commit);
    if ('again' in outcome) this.#writer = undefined;
    return outcome;
  }

  vacuum(budgetMs: number): WriterState {
    const writer = this.#opened();
    writer.vacuum(performance.now() + budgetMs);
    return writer.state;
  }

  close(): void {
    const writer = this.#writer;
    this.#writer = undefined;
    writer?.close();
  }

  #opened(): FileWriter {
    this.#writer ??= new FileWriter(this.#path, this.#settings);
    return this.#writer;
  }
}
