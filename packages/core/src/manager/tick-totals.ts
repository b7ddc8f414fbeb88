import type { SessionStore } from '../session/store.js';
import type { TickReport } from '../tick-report.js';
import type { HostServices } from './host-services.js';

/** What is counted from the start of a manager on, and told tick by tick. */
export type TickTotals = Pick<
  TickReport,
  | 'packetsIn'
  | 'packetsOut'
  | 'messagesDelivered'
  | 'messagesUnknown'
  | 'messagesFull'
  | 'requestsApplied'
  | 'fellAsleep'
  | 'woke'
  | 'asked'
  | 'answered'
>;

export const NO_TOTALS: TickTotals = Object.freeze({
  packetsIn: 0,
  packetsOut: 0,
  messagesDelivered: 0,
  messagesUnknown: 0,
  messagesFull: 0,
  requestsApplied: 0,
  fellAsleep: 0,
  woke: 0,
  asked: 0,
  answered: 0,
});

/** The totals as they are now. */
export function totalsOf({ rings, mail }: SessionStore, { asks, hibernation, requestsApplied }: HostServices): TickTotals {
  return {
    packetsIn: rings.packetsIn,
    packetsOut: rings.packetsOut,
    messagesDelivered: mail.delivered,
    messagesUnknown: mail.unknown,
    messagesFull: mail.full,
    requestsApplied,
    fellAsleep: hibernation.fellAsleep,
    woke: hibernation.woke,
    asked: asks.asked,
    answered: asks.answered,
  };
}
