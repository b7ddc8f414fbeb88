/**
 * Run as a process of its own: a manager under load whose sessions are kept in a small file system, which is filled for some seconds. Ticks must go on, nobody be
 * lost, everybody wake who is to; and when there is room again, all that waited must be stored. Prints what happened as JSON, with ticks that were missed
 * meanwhile, as on a machine with other work; exit code 1 when anything was wrong.
 *
 *     node full-disk.mjs FOLDER [--full-ms 10000] [--sessions 1000] [--tick-rate 20] [--seed 1]
 */
import { subscribe } from 'node:diagnostics_channel';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PushOutcome, SessionManager } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';
import { sqliteStore } from '@dormouse/store-sqlite';
import behavior, { COUNTED, faultOf } from './killed/behavior.mjs';
import { chance } from './killed/chance.mjs';

/** When there is room again, the pause before the next try is over after a minute at the most. */
const RECOVERY_MS = 90_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'full-ms': { type: 'string', default: '10000' },
    sessions: { type: 'string', default: '1000' },
    'tick-rate': { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const [folder] = positionals;
const [fullMs, population, tickRate, seed] = ['full-ms', 'sessions', 'tick-rate', 'seed'].map((name) => Number(values[name]));
const file = join(folder, 'sessions.db');
const filler = join(folder, 'filler');
const below = chance(seed);
const notes = [];
const counts = {
  ticks: 0,
  missed: { before: 0, full: 0, after: 0 },
  failed: 0,
  recovered: 0,
  pausedMs: 0,
  wokenWhileFull: 0,
  most: 0,
  back: 0,
};
let stage = 'before';
const wrong = (note) => void (notes.length < 20 && notes.push(note));
subscribe('dormouse:store:failed', () => counts.failed++);
subscribe('dormouse:store:recovered', ({ pausedMs }) => {
  counts.recovered++;
  counts.pausedMs = Math.round(pausedMs);
});
subscribe('dormouse:run:overrun', ({ skipped }) => {
  counts.missed[stage] += skipped;
});
const start = () =>
  SessionManager.start({
    behavior,
    scheduler: referenceScheduler(),
    store: sqliteStore(file),
    resume: true,
    checkpointEveryMs: 500,
    maxConcurrentSessions: 2 * population,
    poolSize: 64,
    ringBytes: 1024,
    mailboxBytes: 1024,
    outboxBytes: 1024,
    logger: false,
  });

let manager = await start();
const sessions = new Map();
for (let accountId = 1; accountId <= population; accountId++) {
  sessions.set(accountId, { handle: manager.createSession(accountId, { init: { salt: accountId * 3 } }), pushed: 0 });
}
const ending = new AbortController();
let sinceMs = performance.now();
await manager.run({
  tickRate,
  signal: ending.signal,
  onTick() {
    counts.ticks++;
    for (let deed = 0; deed < 40; deed++) doSomething();
    const passedMs = performance.now() - sinceMs;
    if (stage === 'before' && manager.getHibernatedSessionCount() > population / 4) enter('full', fill);
    else if (stage === 'full' && passedMs > fullMs && counts.failed > 0) enter('after', () => rmSync(filler));
    else if (stage === 'after' && counts.recovered > 0) ending.abort();
    else if (passedMs > fullMs + RECOVERY_MS) {
      wrong(`${stage} for ${Math.round(passedMs / 1000)} s: failed ${counts.failed} times, recovered ${counts.recovered} times`);
      ending.abort();
    }
  },
});
rmSync(filler, { force: true });

const known = new Map();
for (const [accountId, { handle, pushed }] of sessions) {
  if (!handle.isLive) wrong(`account ${accountId} is lost: ${handle.status}`);
  else if (!handle.wake() && handle.status !== 'active') wrong(`account ${accountId} does not wake: ${handle.status}`);
  else {
    const fault = faultOf(accountId, handle.state);
    if (fault !== undefined) wrong(`account ${accountId}: ${fault}`);
    known.set(accountId, { updates: handle.updateCount, pushed });
  }
}
const digest = manager.stateDigest();
await manager.checkpoint();
await manager.shutdown();

manager = await start();
counts.back = manager.resumed.active + manager.resumed.asleep;
if (manager.stateDigest() !== digest) wrong(`the digest is ${manager.stateDigest()} when it is back, and was ${digest}`);
for (const [accountId, { updates, pushed }] of known) {
  const handle = manager.getSession(accountId);
  if (handle === undefined) wrong(`account ${accountId} is not back`);
  else if (handle.updateCount !== updates || handle.packetsIn !== pushed) {
    wrong(`account ${accountId} is back with ${handle.updateCount} updates of ${updates}, ${handle.packetsIn} packets of ${pushed}`);
  }
}
await manager.shutdown();
process.stdout.write(`${JSON.stringify({ ...values, ...counts, problems: notes.length, notes })}\n`);
process.exitCode = notes.length === 0 ? 0 : 1;

function enter(next, deed) {
  deed();
  stage = next;
  sinceMs = performance.now();
}

/** Writes to a file of its own until there is no room left. */
function fill() {
  const target = openSync(filler, 'w');
  try {
    for (let bytes = 1 << 16; bytes >= 512; ) {
      try {
        writeSync(target, Buffer.alloc(bytes));
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        bytes /= 2;
      }
    }
  } finally {
    closeSync(target);
  }
}

function doSomething() {
  const accountId = 1 + below(population);
  const session = sessions.get(accountId);
  const what = below(10);
  if (what < 4) session.handle.hibernate();
  else if (what < 6) {
    const wasStored = session.handle.status === 'hibernated';
    if (session.handle.wake() && wasStored && stage === 'full') counts.wokenWhileFull++;
  } else {
    const packet = new Uint8Array(4);
    new DataView(packet.buffer, 0, 4).setUint32(0, session.pushed + 1, true);
    const outcome = session.handle.push(COUNTED, packet);
    if (outcome <= PushOutcome.queued) session.pushed++;
    else if (outcome !== PushOutcome.full) wrong(`a push to account ${accountId} is ${outcome}`);
  }
  counts.most = Math.max(counts.most, manager.getHibernatedSessionCount());
}
