/**
 * Run as a process of its own: ticks by the hundred thousand, on all ways of dispatch, while threads die at every step of the protocol, are
 * ended from outside, leave and come, and sessions and batch sizes change. After every tick each session must have been updated once; an
 * interrupted one at most once. Prints what happened as JSON; exit code 1 when anything was wrong, or when a tick does not end.
 *
 *     node soak.mjs [--ticks 1000000] [--seed 1] [--verbose]
 */
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { residentScheduler, SessionManager } from '@dormouse/core';
import { rawLauncher } from '../dispatch/threads/raw-launcher.mjs';
import { doomed } from './soak/behavior.mjs';
import { buffer, counts, Doom, deaths, dooms, fuses, MOST_SESSIONS } from './soak/memory.mjs';
import { nameOf } from './soak/steps.mjs';
import { chance, Findings } from './stand.mjs';

const { values } = parseArgs({
  options: {
    ticks: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});
const ticks = Number(values.ticks);
const seed = Number(values.seed);

const UPDATE_TIMEOUT_MS = 40;
/** Ticks between two times that the event loop is let on, where ticks are done at once. */
const LET_ON = 64;

/** Each way of dispatch, its share of the ticks, and after how many something happens, about. */
const WAYS = [
  { share: 0.58, every: 5000, callerParticipates: true, adaptiveWaking: false },
  { share: 0.385, every: 5000, callerParticipates: true, adaptiveWaking: true },
  { share: 0.02, every: 120, callerParticipates: false },
  { share: 0.01, every: 120, callerParticipates: true, adaptiveWaking: false, dispatch: 'task' },
  { share: 0.005, every: 120, callerParticipates: false, dispatch: 'task' },
];
/** Times that each way is taken. */
const STINTS = 4;

const below = chance(seed);
const told = { ticks: 0, deaths: 0, interrupted: 0, recoveries: 0, resizes: 0, sessionsCreated: 0 };
const findings = new Findings(() => ({ seed, ...told, deathsByStep: deathsByStep() }));
const wrong = (what) => findings.wrong(what);
const expected = new Int32Array(MOST_SESSIONS);

function deathsByStep() {
  const byStep = {};
  for (const [step, count] of deaths.entries()) if (count > 0) byStep[nameOf(step)] = count;
  return byStep;
}

async function stint({ every, share: _, ...options }, count) {
  const launcher = rawLauncher({ worker: new URL('./soak/worker.mjs', import.meta.url), workerData: { buffer } });
  const scheduler = residentScheduler(launcher, options);
  const manager = await SessionManager.start({
    behavior: doomed,
    scheduler,
    workerThreads: 1 + below(3),
    updateTimeoutMs: UPDATE_TIMEOUT_MS,
    updateBatchSize: 8 + below(17),
    poolSize: 64,
    enableAutoHibernation: false,
    ringBytes: 1024,
    logger: false,
  });
  /** Accounts 1 … sessions are there. */
  let sessions = 0;
  fuses.fill(0);
  dooms.fill(Doom.none);

  const populate = (wanted) => {
    if (wanted > sessions) manager.createSessionBatch(accountsBetween(sessions, wanted));
    else manager.releaseSessionBatch(accountsBetween(wanted, sessions));
    told.sessionsCreated += Math.max(0, wanted - sessions);
    for (let accountId = sessions + 1; accountId <= wanted; accountId++) expected[accountId] = counts[accountId];
    sessions = wanted;
  };

  const happenings = [
    [50, () => (fuses[1 + below(4)] = 1 + below(150))],
    [10, () => launcher.threads[below(Math.max(1, launcher.threads.length))]?.terminate()],
    [8, () => (dooms[1 + below(sessions)] = Doom.exitBefore)],
    [8, () => (dooms[1 + below(sessions)] = Doom.exitAfter)],
    [2, () => (dooms[1 + below(sessions)] = Doom.spin)],
    [12, () => resize()],
    [8, () => populate(32 + below(MOST_SESSIONS / 4))],
    [2, () => manager.setUpdateBatchSize(1 + below(100))],
  ];
  const resize = async () => {
    // Whoever lit a fuse would die while it starts, and that is another claim's.
    fuses.fill(0);
    told.resizes++;
    await manager.setWorkerThreadCount(1 + below(3));
  };
  const happen = () => {
    let pick = below(100);
    for (const [weight, happening] of happenings) {
      if (pick < weight) return happening();
      pick -= weight;
    }
  };

  populate(64 + below(64));
  for (let tick = 1; tick <= count; tick++) {
    if (below(every) === 0) await happen();
    if (tick % LET_ON === 0) await setImmediate();
    const { faults } = await findings.timed(() => manager.updateAllSessions(100));
    told.ticks++;
    findings.where = `${JSON.stringify(options)} tick ${tick}`;
    for (const { accountId, error } of faults) {
      told.interrupted++;
      if (error.code !== 'ERR_SESSION_INTERRUPTED') wrong(`account ${accountId} failed: ${error.stack}`);
      // It had counted, or had not.
      const done = counts[accountId] - expected[accountId];
      if (done !== 0 && done !== 1) wrong(`interrupted account ${accountId} was updated ${done} times`);
      expected[accountId] = counts[accountId] - 1;
      manager.reviveSession(accountId);
    }
    for (let accountId = 1; accountId <= sessions; accountId++) {
      if (counts[accountId] === ++expected[accountId]) continue;
      wrong(`account ${accountId} was updated ${counts[accountId] - expected[accountId] + 1} times`);
      expected[accountId] = counts[accountId];
    }
  }
  const { recoveries, replacedThreads } = scheduler.stats();
  told.recoveries += recoveries;
  told.deaths += replacedThreads;
  await manager.shutdown();
  while (launcher.threads.length > 0) await setImmediate();
  if (values.verbose) process.stderr.write(`${findings.where}: ${JSON.stringify(told)}\n`);
}

function accountsBetween(first, end) {
  return Uint32Array.from({ length: end - first }, (_, i) => first + 1 + i);
}

for (let round = 0; round < STINTS; round++) for (const way of WAYS) await stint(way, Math.ceil((ticks * way.share) / STINTS));
findings.end();
