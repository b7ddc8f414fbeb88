import { isObserved, publish } from '../events.js';
import type { Logger } from '../logger.js';
import { turnActivityWindow } from '../session/activity.js';
import type { SessionStore } from '../session/store.js';
import type { TickClock } from '../session/tick-clock.js';
import type { RefusedRequest, TickReport } from '../tick-report.js';
import type { HostServices } from './host-services.js';
import type { MetricsWindow } from './metrics.js';
import { NO_TOTALS, totalsOf } from './tick-totals.js';

/** Refusals of one tick that are logged: what one session asks in vain, all may ask. */
const MOST_LOGGED = 5;

/** What a tick was, and when its parts began. */
export interface TickMarks {
  sessions: number;
  batchCount: number;
  startMs: number;
  updateMs: number;
  egressMs: number;
  maintenanceMs: number;
}

export interface ReportingParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly metrics: MetricsWindow;
  readonly services: HostServices;
  readonly logger: Logger;
}

/** Makes the reports of ticks. Main thread only. */
export class Reporting {
  readonly #parts: ReportingParts;
  /** What reports have told so far. */
  #told = NO_TOTALS;

  constructor(parts: ReportingParts) {
    this.#parts = parts;
  }

  /** The report of a tick that has ended, told to whoever observes. */
  report(marks: TickMarks, faults: TickReport['faults'], refused: TickReport['refused']): TickReport {
    const { store, clock, metrics, services } = this.#parts;
    const { startMs } = marks;
    const told = this.#told;
    const totals = totalsOf(store, services);
    this.#told = totals;
    if (totals.messagesFull > 0 && told.messagesFull === 0) {
      this.#parts.logger.warn(
        `tick ${clock.number}: ${totals.messagesFull} messages found a mailbox full and are gone (receiveMessage, mailboxBytes); from now on messagesFull in the reports tells`,
      );
    }
    const packetsIn = totals.packetsIn - told.packetsIn;
    const packetsOut = totals.packetsOut - told.packetsOut;
    const workedMs = performance.now();
    const tickUs = (workedMs - startMs) * 1000;
    if (metrics.record(workedMs, tickUs, marks.sessions, packetsIn + packetsOut, clock.diffMs)) turnActivityWindow(store);
    const endMs = performance.now();
    const report: TickReport = {
      tick: clock.number,
      nowMs: clock.nowMs,
      diffMs: clock.diffMs,
      sessions: marks.sessions,
      batches: marks.batchCount,
      faults,
      refused,
      packetsIn,
      packetsOut,
      messagesDelivered: totals.messagesDelivered - told.messagesDelivered,
      messagesUnknown: totals.messagesUnknown - told.messagesUnknown,
      messagesFull: totals.messagesFull - told.messagesFull,
      requestsApplied: totals.requestsApplied - told.requestsApplied,
      fellAsleep: totals.fellAsleep - told.fellAsleep,
      woke: totals.woke - told.woke,
      asked: totals.asked - told.asked,
      answered: totals.answered - told.answered,
      ingestUs: (marks.updateMs - startMs) * 1000,
      updateUs: (marks.egressMs - marks.updateMs) * 1000,
      egressUs: (marks.maintenanceMs - marks.egressMs) * 1000,
      maintenanceUs: (endMs - marks.maintenanceMs) * 1000,
      tickUs: (endMs - startMs) * 1000,
    };
    if (isObserved('dormouse:tick')) publish('dormouse:tick', report);
    return report;
  }
}

/** Tells subscribers and the log of requests that could not be done; returns them. */
export function tellRefused(
  { logger, clock }: Pick<ReportingParts, 'logger' | 'clock'>,
  refused: readonly RefusedRequest[],
): readonly RefusedRequest[] {
  for (const [index, refusal] of refused.entries()) {
    publish('dormouse:request:refused', refusal);
    if (index >= MOST_LOGGED) continue;
    const { request, requestedBy, error } = refusal;
    const asked = requestedBy === undefined ? `queued ${request}` : `${request} for account ${requestedBy}`;
    logger.warn(`tick ${clock.number}: ${asked} refused: ${error.message}`);
  }
  if (refused.length > MOST_LOGGED) {
    logger.warn(`tick ${clock.number}: ${refused.length - MOST_LOGGED} more refused; the report's refused has all of them`);
  }
  return refused;
}
