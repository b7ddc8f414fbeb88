import type { Codec } from '../layout/codec.js';
import type { Logger } from '../logger.js';
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
  /** A session asks; called at the end of a tick, in order. `value` is encoded, and valid during the call. */
  submit(_accountId: number, _incarnation: number, _requestId: number, _topic: string, _value: Uint8Array): void {
    throw new Error(`SKELETON ${this.#parts.store.count}`);
  }
  /** Puts answers that have come since into mailboxes, in the order they came. */
  deliver(): void {}
  /** A session has gone: what it asked for is cancelled. */
  sessionGone(_incarnation: number): void {}
  close(): void {}
}
