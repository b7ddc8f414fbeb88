/**
 * Run as a process of its own, and killed: a manager under load whose sessions are kept in a file. What it is told is durable it acknowledges in another file, one
 * line of JSON each, each written before it goes on: what stands there was so before the process died.
 *
 *     node child.mjs FILE ACKNOWLEDGEMENTS SEED SCHEDULER [still]
 *
 * First it tells what came back from the file. `still`: after its first checkpoint it does nothing more, so that all must be as it was then.
 */
import { subscribe } from 'node:diagnostics_channel';
import { openSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { loadScheduler, PushOutcome, SessionManager } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';
import { sqliteStore } from '@dormouse/store-sqlite';
import behavior, { COUNTED, faultOf } from './behavior.mjs';
import { chance } from './chance.mjs';

const MOST_ACCOUNTS = 500;
const MOST_SESSIONS = 400;
const DIFF_MS = 100;
/** By the clock on the wall: between those that are asked for. */
const CHECKPOINT_EVERY_MS = 150;
const RINGS = { ringBytes: 1024, mailboxBytes: 1024, outboxBytes: 1024 };

const [file, acknowledgements, seed, name, still] = process.argv.slice(2);
const lines = openSync(acknowledgements, 'a');
const below = chance(Number(seed));
const tell = (line) => void writeSync(lines, `${JSON.stringify(line)}\n`);

/** By account: how many packets the session was pushed, and whether it is known to be stored. */
const sessions = new Map();
const manager = await SessionManager.start({
  behavior,
  scheduler:
    name === 'reference' ? referenceScheduler() : await loadScheduler(name, {}, new URL('../../../../bench/package.json', import.meta.url)),
  workerThreads: name === 'reference' ? 0 : 2,
  store: sqliteStore(file),
  resume: true,
  checkpointEveryMs: CHECKPOINT_EVERY_MS,
  hibernationThresholdMinutes: 1,
  maxConcurrentSessions: MOST_ACCOUNTS,
  poolSize: 64,
  maintenanceSliceMs: 0.5,
  defragmentationIntervalMs: 1000,
  logger: { debug() {}, info() {}, warn() {}, error: (message) => tell({ what: 'error', message }) },
  ...RINGS,
});
subscribe('dormouse:session:woken', ({ accountId }) => {
  tell({ what: 'woken', accountId });
  const session = sessions.get(accountId);
  if (session !== undefined) session.isStored = false;
});

tellWhatIsBack();
process.send('ready');
for (let turn = 0; ; turn++) {
  for (let deed = below(8); deed >= 0; deed--) doSomething();
  const checkpoint = turn % 8 === 7 ? checkpointed(turn) : undefined;
  if (still === 'still' && checkpoint !== undefined) {
    await checkpoint;
    tell({ what: 'still' });
    await new Promise(() => setInterval(() => {}, 1000));
  }
  if (below(2) === 0) await checkpoint;
  await manager.updateAllSessions(DIFF_MS);
  tellWhoIsStored();
  await checkpoint;
  // What the store's thread has done is heard of here.
  await setImmediate();
}

function doSomething() {
  const accountId = 1 + below(MOST_ACCOUNTS);
  const session = sessions.get(accountId);
  const what = below(20);
  if (session === undefined) {
    if (sessions.size < MOST_SESSIONS) create(accountId);
  } else if (what === 0) release(accountId);
  else if (what < 8) push(accountId, session);
  else if (what < 16) session.handle.hibernate();
  else if (what < 18) session.handle.wake();
  else session.handle.mapId = below(10);
}

function create(accountId) {
  const salt = below(0x7fff_ffff);
  tell({ what: 'created', accountId, salt });
  const handle = manager.createSession(accountId, { mapId: below(10), groupId: below(5), init: { salt } });
  sessions.set(accountId, { handle, salt, pushed: 0, isStored: false });
}

function release(accountId) {
  tell({ what: 'released', accountId });
  manager.releaseSession(accountId);
  sessions.delete(accountId);
}

function push(accountId, session) {
  const packet = new Uint8Array(4);
  new DataView(packet.buffer, 0, 4).setUint32(0, session.pushed + 1, true);
  const outcome = session.handle.push(COUNTED, packet);
  if (outcome <= PushOutcome.queued) session.pushed++;
  else if (outcome !== PushOutcome.full) tell({ what: 'error', message: `a push to account ${accountId} is ${outcome}` });
}

/** What a session is, as far as one can tell from outside; asleep, as it was last seen awake. */
function seen({ handle, salt }) {
  const { status, updateCount: updates, packetsIn, mapId, groupId } = handle;
  return { salt, status, updates, packetsIn, mapId, groupId };
}

async function checkpointed(id) {
  const list = [...sessions].map(([accountId, session]) => ({ accountId, ...seen(session) }));
  const { number, nowMs } = manager.tick;
  tell({ what: 'checkpoint', id, list, tick: number, nowMs, digest: manager.stateDigest() });
  await manager.checkpoint();
  tell({ what: 'checkpointed', id });
}

function tellWhoIsStored() {
  for (const [accountId, session] of sessions) {
    if (session.isStored || session.handle.status !== 'hibernated') continue;
    session.isStored = true;
    tell({ what: 'stored', accountId, ...seen(session) });
  }
}

function tellWhatIsBack() {
  const { durationMs: _, oldestStateAt: __, ...resumed } = manager.resumed;
  const { number, nowMs } = manager.tick;
  tell({ what: 'resumed', resumed, tick: number, nowMs, digest: manager.stateDigest() });
  for (const handle of manager.sessions()) {
    const { accountId, status, updateCount: updates, packetsIn, mapId, groupId } = handle;
    if (status === 'hibernated' && !handle.wake()) tell({ what: 'error', message: `account ${accountId} does not wake` });
    const { state } = handle;
    const { salt, heard } = state;
    const told = { salt, status, updates, packetsIn, mapId, groupId, counted: state.updates, heard, fault: faultOf(accountId, state) };
    tell({ what: 'back', accountId, ...told });
    if (sessions.has(accountId)) tell({ what: 'error', message: `account ${accountId} has two sessions` });
    sessions.set(accountId, { handle, salt, pushed: packetsIn, isStored: false });
    if (status === 'hibernated') handle.hibernate();
  }
  tell({ what: 'all back', count: sessions.size });
}
