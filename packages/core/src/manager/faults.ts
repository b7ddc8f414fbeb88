import { messageOf, stackOf } from '../errors.js';
import { publish } from '../events.js';
import { Column, ROWS } from '../layout/geometry.js';
import type { Logger } from '../logger.js';
import type { Participant } from '../participant.js';
import type { SessionStore } from '../session/store.js';
import type { TickClock } from '../session/tick-clock.js';
import type { SessionFault } from '../tick-report.js';

const MOST_COUNTED = 255;
/** Faults of one tick that are logged with their stacks: a mistake in a behaviour is made by all of its sessions at once. */
const MOST_LOGGED = 5;

/** How V8 says that something was frozen. */
const FROZEN = /object is not extensible|read only property|Cannot delete property/;
const FROZEN_HINT = '\n    (if that is the value of a data field: it is there to be read; change it with edit())';

/** What dealing with faults takes. */
export interface FaultParts {
  readonly store: SessionStore;
  readonly caller: Participant;
  readonly clock: TickClock;
  readonly logger: Logger;
  /** How often a session may fail. */
  readonly quarantineAfter: number;
}

/** Takes the faults of the tick that was run, by slot, whoever ran them first: counted, logged, published, put into quarantine. */
export function settleFaults(parts: FaultParts): readonly SessionFault[] {
  const { caller, clock, logger } = parts;
  const rowFaults = caller.faults.splice(0).sort((a, b) => a.blockIndex * ROWS + a.begin - (b.blockIndex * ROWS + b.begin));
  const faults: SessionFault[] = [];
  for (const { blockIndex, begin, end, error } of rowFaults) {
    for (let slot = blockIndex * ROWS + begin; slot < blockIndex * ROWS + end; slot++) {
      const fault = settle(parts, slot, error);
      faults.push(fault);
      if (faults.length <= MOST_LOGGED) logger.error(describe(parts, fault));
    }
  }
  if (faults.length > MOST_LOGGED) {
    logger.error(`tick ${clock.number}: ${faults.length - MOST_LOGGED} more sessions failed; the report's faults has all of them`);
  }
  return faults;
}

function settle({ store, clock, quarantineAfter }: FaultParts, slot: number, error: unknown): SessionFault {
  const { faultCounts } = store.table;
  const accountId = store.word(slot, Column.account) >>> 0;
  const faults = Math.min(faultCounts[slot] + 1, MOST_COUNTED);
  faultCounts[slot] = faults;
  const quarantined = faults >= quarantineAfter;
  if (quarantined) store.quarantine(slot);
  const fault: SessionFault = { accountId, tick: clock.number, error, faults, quarantined };
  publish('dormouse:session:fault', fault);
  if (quarantined) publish('dormouse:session:quarantined', { accountId, faults });
  return fault;
}

function describe({ quarantineAfter }: FaultParts, { tick, accountId, faults, quarantined, error }: SessionFault): string {
  const stack = stackOf(error) ?? messageOf(error);
  const hint = stack.startsWith('TypeError: ') && FROZEN.test(stack) ? FROZEN_HINT : '';
  return `tick ${tick}: account ${accountId} failed (${faults} of ${quarantineAfter}${quarantined ? ', quarantined' : ''}): ${stack}${hint}`;
}
