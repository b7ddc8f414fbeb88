import { DormouseError, messageOf, stackOf } from '../errors.js';
import { publish } from '../events.js';
import { Column, ROWS, SlotState } from '../layout/geometry.js';
import type { Logger } from '../logger.js';
import type { RowFault } from '../participant.js';
import type { Discarded } from '../session/discarded.js';
import type { SessionStore } from '../session/store.js';
import type { TickClock } from '../session/tick-clock.js';
import type { SessionFault } from '../tick-report.js';
import type { Interruption } from './seats.js';

const MOST_COUNTED = 255;
/** Faults of one tick that are logged with their stacks: a mistake in a behaviour is made by all of its sessions at once. */
const MOST_LOGGED = 5;

/** How V8 says that something was frozen. */
const FROZEN = /object is not extensible|read only property|Cannot delete property/;
const FROZEN_HINT = '\n    (if that is the value of a data field: it is there to be read; change it with edit())';

/** What dealing with faults takes. */
export interface FaultParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly logger: Logger;
  /** How often a session may fail. */
  readonly quarantineAfter: number;
}

/** A session whose update did not come to its end. */
export interface InterruptedSession {
  readonly slot: number;
  readonly accountId: number;
  readonly reason: string;
  readonly cause: unknown;
  readonly discarded: Discarded;
}

/**
 * What interrupted sessions have asked of others is not decided by what they were given, and may not be whole: it is discarded. To be
 * called before anything that sessions have sent is handed on.
 */
export function discardInterrupted(store: SessionStore, interruptions: readonly Interruption[]): InterruptedSession[] {
  const sessions: InterruptedSession[] = [];
  for (const { blockIndex, begin, end, reason, cause } of interruptions) {
    for (let slot = blockIndex * ROWS + begin; slot < blockIndex * ROWS + end; slot++) {
      // A kernel has a whole segment in hand, of which some rows may be nobody's.
      if (store.table.slotStates[slot] !== SlotState.active) continue;
      const accountId = store.word(slot, Column.account) >>> 0;
      sessions.push({ slot, accountId, reason, cause, discarded: store.discardUnsent(slot) });
    }
  }
  return sessions;
}

/** Counts, logs and publishes what went wrong in a tick, by account, whoever ran it and wherever it lies; puts into quarantine. */
export function settleFaults(
  parts: FaultParts,
  failed: readonly RowFault[],
  interrupted: readonly InterruptedSession[],
): readonly SessionFault[] {
  const { clock, logger } = parts;
  const wrong: { accountId: number; settle: () => SessionFault }[] = [];
  const add = (slot: number, settle: () => SessionFault): void => {
    wrong.push({ accountId: parts.store.word(slot, Column.account) >>> 0, settle });
  };
  for (const { blockIndex, begin, end, error } of failed) {
    for (let slot = blockIndex * ROWS + begin; slot < blockIndex * ROWS + end; slot++) {
      add(slot, () => settle(parts, slot, error, false, {}));
    }
  }
  for (const session of interrupted) add(session.slot, () => settleInterrupted(parts, session));
  const faults: SessionFault[] = [];
  for (const { settle } of wrong.sort((a, b) => a.accountId - b.accountId)) {
    const fault = settle();
    faults.push(fault);
    if (faults.length <= MOST_LOGGED) logger.error(describe(parts, fault));
  }
  if (faults.length > MOST_LOGGED) {
    logger.error(`tick ${clock.number}: ${faults.length - MOST_LOGGED} more sessions failed; the report's faults has all of them`);
  }
  return faults;
}

function settleInterrupted(parts: FaultParts, { slot, accountId, reason, cause, discarded }: InterruptedSession): SessionFault {
  const { clock } = parts;
  const error = new DormouseError(
    'ERR_SESSION_INTERRUPTED',
    `the update of account ${accountId} in tick ${clock.number} was interrupted: ${reason}. It is half done and is not run again; ` +
      `discarded with it: packets ${discarded.packets}, requests ${discarded.requests}`,
    cause === undefined ? { accountId } : { accountId, cause },
  );
  return settle(parts, slot, error, true, { discarded });
}

/** `quarantines`: whatever the count is. */
function settle(
  parts: FaultParts,
  slot: number,
  error: unknown,
  quarantines: boolean,
  more: Pick<SessionFault, 'discarded'>,
): SessionFault {
  const { store, clock, quarantineAfter } = parts;
  const { faultCounts } = store.table;
  const accountId = store.word(slot, Column.account) >>> 0;
  const faults = Math.min(faultCounts[slot] + 1, MOST_COUNTED);
  faultCounts[slot] = faults;
  const quarantined = quarantines || faults >= quarantineAfter;
  if (quarantined) store.quarantine(slot);
  const fault: SessionFault = { accountId, tick: clock.number, error, faults, quarantined, ...more };
  publish('dormouse:session:fault', fault);
  if (quarantined) publish('dormouse:session:quarantined', { accountId, faults });
  return fault;
}

function describe({ quarantineAfter }: FaultParts, { tick, accountId, faults, quarantined, error }: SessionFault): string {
  // Who was interrupted has no stack of its own: it was ended from outside.
  const stack = (DormouseError.isInstance(error, 'ERR_SESSION_INTERRUPTED') ? undefined : stackOf(error)) ?? messageOf(error);
  const hint = stack.startsWith('TypeError: ') && FROZEN.test(stack) ? FROZEN_HINT : '';
  return `tick ${tick}: account ${accountId} failed (${faults} of ${quarantineAfter}${quarantined ? ', quarantined' : ''}): ${stack}${hint}`;
}
