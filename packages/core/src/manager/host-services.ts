import type { BroadcastTarget } from '../session/broadcast-target.js';
import type { PublishedState } from '../session/published-state.js';
import type { RefusedRequest } from '../tick-report.js';
import type { AskDesk } from './asks/ask-desk.js';
import type { BroadcastOutcome, Broadcasts } from './broadcast.js';
import type { OutboxDelivery } from './outbox-delivery.js';
import type { SessionRequests } from './session-requests.js';
import type { Hibernation } from './sleep/hibernation.js';

/** The host's side of all that sessions do with each other and with the host. Main thread only. */
export class HostServices {
  readonly published: PublishedState;
  readonly asks: AskDesk;
  readonly outboxes: OutboxDelivery;
  readonly hibernation: Hibernation;
  readonly #requests: SessionRequests;

  readonly #broadcasts: Broadcasts;

  constructor(
    published: PublishedState,
    asks: AskDesk,
    outboxes: OutboxDelivery,
    requests: SessionRequests,
    broadcasts: Broadcasts,
    hibernation: Hibernation,
  ) {
    this.hibernation = hibernation;
    this.#broadcasts = broadcasts;
    this.#requests = requests;
    this.published = published;
    this.asks = asks;
    this.outboxes = outboxes;
  }

  /** Since start: what sessions have asked for of the population, and got. */
  get requestsApplied(): number {
    return this.#requests.applied;
  }

  /** See `SessionManager.broadcast`. */
  broadcast(target: BroadcastTarget, opcode: number, payload: Uint8Array): BroadcastOutcome {
    return this.#broadcasts.send(target, opcode, payload);
  }

  /** As it was recorded: at once. */
  broadcastRecorded(target: BroadcastTarget, opcode: number, payload: Uint8Array): void {
    this.#broadcasts.deliver(target, opcode, payload);
  }

  /** Ingest: sleepers whose time has come wake, answers that have come are put into mailboxes, then others are shown what they may see. */
  beginTick(): void {
    this.hibernation.beginTick();
    this.asks.deliver();
    this.hibernation.ingested();
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
