import type { Codec } from '../layout/codec.js';
import type { Logger } from '../logger.js';
import type { Block } from '../memory/block.js';
import type { SessionStore } from '../session/store.js';

export interface AskParts {
  readonly store: SessionStore;
  readonly codec: Codec;
  readonly logger: Logger;
}

/** Takes requests of sessions to the host's handlers, and their answers back. Main thread only. */
export class AskDesk {
  readonly #parts: AskParts;
  constructor(parts: AskParts) {
    this.#parts = parts;
  }
  /**
   * The session in a row asks: the record of kind `OutKind.ask` whose head is at word `at` of its block, looked at during the call only.
   * Called at the end of a tick, in the order of requests. Never throws, runs nothing of the user's but the logger.
   */
  submit(_block: Block, _row: number, _at: number): void {
    throw new Error(`SKELETON ${this.#parts.store.count}`);
  }
  /** Puts answers that have come since into mailboxes, in the order they came. */
  deliver(): void {}
  /** A session has gone: what it asked for is cancelled. */
  sessionGone(_incarnation: number): void {}
  close(): void {}
}
