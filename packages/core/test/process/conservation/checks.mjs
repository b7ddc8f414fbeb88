import { FIGURES } from './behavior.mjs';

/** What a tick comes to, whoever runs it and wherever sleepers lie. */
const REPORTED = ['sessions', 'packetsIn', 'packetsOut', 'messagesDelivered', 'messagesUnknown', 'messagesFull', 'requestsApplied'];
const ALSO_REPORTED = ['fellAsleep', 'woke', 'asked', 'answered'];
const COUNTERS = ['mapId', 'groupId', 'updateCount', 'packetsIn', 'packetsOut', 'bytesIn', 'bytesOut', 'dropped', 'idleMs'];
const FIELDS = [...FIGURES, 'heard', 'disorder', 'rang', 'naps', 'dozing', 'luck', 'name'];
const STATUSES = new Set(['active', 'quarantined', 'hibernating', 'hibernated']);

export function compareReports(report, expected, differ) {
  for (const name of [...REPORTED, ...ALSO_REPORTED]) {
    if (report[name] !== expected[name]) differ(`${name} of the tick are ${report[name]}, on the reference ${expected[name]}`);
  }
  const [failed, toFail] = [report, expected].map(({ faults }) =>
    JSON.stringify(faults.map(({ accountId, error, faults, quarantined }) => [accountId, error.message, faults, quarantined])),
  );
  if (failed !== toFail) differ(`faults are ${failed}, on the reference ${toFail}`);
  const [refused, toRefuse] = [report, expected].map(({ refused }) =>
    JSON.stringify(refused.map(({ request, accountId, requestedBy, error }) => [request, accountId, requestedBy, error.code])),
  );
  if (refused !== toRefuse) differ(`refused are ${refused}, on the reference ${toRefuse}`);
}

/**
 * Where two sides differ, if they do: the digest tells whether, looking at each session tells where. Without `isWhole` sessions that are left
 * alone may differ, and the others are looked at. Sleepers have woken when a difference was told: the run is over.
 */
export function compareStates(side, reference, { isLeft, isWhole }) {
  const [digest, expected] = [side, reference].map(({ manager }) => manager.stateDigest());
  if (isWhole && digest === expected) return undefined;
  const accounts = [...reference.accounts.keys()].filter((accountId) => !isLeft(accountId)).sort((a, b) => a - b);
  for (const accountId of accounts) {
    const [mine, other] = [side, reference].map(({ accounts }) => accounts.get(accountId)?.handle);
    if (mine === undefined) return `account ${accountId} has no session`;
    const difference = compareSessions(mine, other, isWhole);
    if (difference !== undefined) return `account ${accountId}: ${difference}`;
  }
  return isWhole ? `the digest is ${digest}, on the reference ${expected}; nothing that a host can see of sessions differs` : undefined;
}

function compareSessions(mine, other, wakes) {
  const [here, there] = [mine, other].map((handle) => (handle.isAsleep ? 'asleep' : handle.status));
  if (here !== there) return `it is ${here}, on the reference ${there}`;
  if (here === 'asleep' && !wakes) return undefined;
  for (const name of COUNTERS) if (mine[name] !== other[name]) return `${name} is ${mine[name]}, on the reference ${other[name]}`;
  if (here === 'asleep' && !(mine.wake() && other.wake())) return 'it does not wake';
  for (const name of FIELDS) {
    if (!Object.is(mine.state[name], other.state[name])) return `${name} is ${mine.state[name]}, on the reference ${other.state[name]}`;
  }
  const [bag, otherBag] = [mine, other].map(({ state }) => JSON.stringify(state.bag));
  return bag === otherBag ? undefined : `bag is ${bag}, on the reference ${otherBag}`;
}

/** Each session that should be there is, once and in one state; nobody else is. */
export function countStates(side) {
  const { manager, accounts } = side;
  const counts = { active: 0, quarantined: 0, hibernating: 0, hibernated: 0 };
  for (const [accountId, { handle, isInterrupted }] of accounts) {
    const { status, updateCount } = handle;
    if (!STATUSES.has(status)) side.wrong(`account ${accountId} is ${status}`);
    counts[status]++;
    const updates = handle.isAsleep || isInterrupted ? updateCount : handle.state.updates;
    if (updateCount !== updates) side.wrong(`account ${accountId} has had ${updates} updates, and ${updateCount} are counted`);
    const found = manager.getSession(accountId);
    if (found?.incarnation !== handle.incarnation)
      side.wrong(`account ${accountId} has incarnation ${found?.incarnation}, not ${handle.incarnation}`);
  }
  const asleep = counts.hibernating + counts.hibernated;
  const seen = new Set();
  for (const { accountId } of manager.sessions()) {
    if (seen.has(accountId)) side.wrong(`account ${accountId} has two sessions`);
    seen.add(accountId);
    if (!accounts.has(accountId)) side.wrong(`account ${accountId} has a session, and should have none`);
  }
  const told = [manager.getActiveSessionCount(), manager.getHibernatedSessionCount(), manager.pool.allocatedCount, seen.size];
  const counted = [counts.active, asleep, accounts.size - counts.hibernated, accounts.size];
  if (String(told) !== String(counted)) side.wrong(`active, asleep, in slots, all: ${told}, counted ${counted}`);
}
