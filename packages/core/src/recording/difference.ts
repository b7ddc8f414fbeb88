import { Column } from '../layout/geometry.js';
import { hexOf } from '../session/hash-64.js';
import type { StateDigest } from '../session/state-digest.js';
import type { SessionStore } from '../session/store.js';
import type { RecordingHeader } from './header.js';
import type { RecordOf } from './record-reader.js';

/** Where a replay is not what was recorded. */
export interface ReplayDifference {
  /** Number of the tick in which it came about. 0: before the first. */
  readonly tick: number;
  /** The session concerned; of several the one with the lowest account id. Undefined where that is not known. */
  readonly accountId: number | undefined;
  /** What differs, over all sessions: fields as `behaviour.field`, and in brackets what all sessions have, as `(timers)`. */
  readonly fields: readonly string[];
  /** What was recorded, and what came of it: the digests of all sessions, unless `message` says what else. */
  readonly expected: string;
  readonly actual: string;
  /** All of it in a sentence. */
  readonly message: string;
}

/** Why a recording has ended: in this tick, updates of these sessions were interrupted. */
export interface ReplayInterruption {
  readonly tick: number;
  readonly accountIds: readonly number[];
}

/** Fields named in a message at most. */
const MOST_NAMED = 8;

/** Compares what was recorded after a tick with what is. Undefined when they are the same. */
export function compareTick(
  tick: number,
  { digest: recorded, accounts, schedulerFailed }: RecordOf<'ticked'>,
  actual: StateDigest,
  store: SessionStore,
  { parts, detail }: RecordingHeader,
): ReplayDifference | undefined {
  const total = (BigInt(actual.high) << 32n) | BigInt(actual.low);
  if (total === recorded.total) return undefined;
  const fields = parts.filter((_, part) => recorded.parts[part] !== actual.partHigh(part));
  const { accountId, who } =
    detail === 'session'
      ? compareSessions(accounts, recorded.sessions, actual, store)
      : { accountId: undefined, who: 'sessions differ from the record' };
  const failure = schedulerFailed ? '; when it was recorded the scheduler failed in this tick, and which sessions ran is not known' : '';
  return {
    tick,
    accountId,
    fields,
    expected: hexOf(Number(recorded.total >> 32n), Number(recorded.total & 0xffff_ffffn)),
    actual: String(actual),
    message: `tick ${tick}: ${who} in ${named(fields)}${failure}`,
  };
}

/** The first session that differs, by account, and how many do. */
function compareSessions(
  accounts: Uint32Array,
  digests: Uint32Array,
  actual: StateDigest,
  store: SessionStore,
): { accountId: number | undefined; who: string } {
  const { slots, count } = awakeSlots(store);
  let accountId: number | undefined;
  let how = '';
  let differing = 0;
  for (let i = 0, j = 0; i < accounts.length || j < count; ) {
    const recorded = i < accounts.length ? accounts[i] : Number.POSITIVE_INFINITY;
    const present = j < count ? store.word(slots[j], Column.account) >>> 0 : Number.POSITIVE_INFINITY;
    const isSame = recorded === present && digests[i] === actual.slotHigh(slots[j]);
    if (!isSame) {
      differing++;
      if (accountId === undefined) {
        accountId = Math.min(recorded, present);
        how = recorded === present ? 'differs from the record' : recorded < present ? 'is missing' : 'is not in the record';
      }
    }
    if (recorded <= present) i++;
    if (present <= recorded) j++;
  }
  const others = differing > 1 ? ` (and ${differing - 1} more of ${accounts.length})` : '';
  return { accountId, who: `account ${accountId} ${how}${others}` };
}

/** Who sleeps is not compared one by one: nothing changes there. */
function awakeSlots(store: SessionStore): { slots: Int32Array; count: number } {
  const { slots, count } = store.order.slots();
  const awake = slots.subarray(0, count).filter((slot) => !store.isAsleep(slot));
  return { slots: awake, count: awake.length };
}

function named(fields: readonly string[]): string {
  if (fields.length === 0) return 'no one field';
  const names = fields.slice(0, MOST_NAMED).join(', ');
  return fields.length > MOST_NAMED ? `${names} and ${fields.length - MOST_NAMED} more` : names;
}
