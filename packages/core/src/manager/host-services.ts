import type { PublishedState } from '../session/published-state.js';
import type { RefusedRequest } from '../tick-report.js';
import type { AskDesk } from './ask-desk.js';
import type { OutboxDelivery } from './outbox-delivery.js';

/** The host's side of all that sessions do with each other and with the host. Main thread only. */
export class HostServices {
  readonly published: PublishedState;
  readonly asks: AskDesk;
  readonly outboxes: OutboxDelivery;

  constructor(published: PublishedState, asks: AskDesk, outboxes: OutboxDelivery) {
    this.published = published;
    this.asks = asks;
    this.outboxes = outboxes;
  }

  /** Ingest: answers that have come are put into mailboxes, then others are shown what they may see. */
  beginTick(): void {
    this.asks.deliver();
    this.published.beginTick();
  }

  /** The update is over: carries out what sessions have asked for, by account and sequence; returns what could not be done. */
  endTick(): readonly RefusedRequest[] {
    this.published.endTick();
    return this.outboxes.deliver();
  }

  close(): void {
    this.asks.close();
  }
}
