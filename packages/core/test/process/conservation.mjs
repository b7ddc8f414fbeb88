/**
 * Run as a process of its own: everything at once. Two managers, one on threads and one inline, are given the same: packets, also to sleepers and to
 * who is gone, messages, requests, timers, sessions that come, go, fall asleep and wake. The first is defragmented, laid out, collected and resized
 * meanwhile, and stores its sleepers in small slices; the second never stores any. Every packet, message and answer must be accounted for, each
 * session be in one state, and digests be equal. Prints what happened as JSON; exit code 1 when anything was wrong, or a tick does not end.
 *
 *     node conservation.mjs [--scheduler inline|raw|tinypool|poolifier|threads] [--caller idle|joins] [--dispatch resident|task] [--workers 2]
 *                           [--ticks 36000] [--diff-ms 100] [--seconds S] [--sessions 400] [--store raw|deflate|slow]
 *                           [--compare-every 10] [--kill-every 0] [--record] [--seed 1]
 *
 * `--ticks` of `--diff-ms` of simulated time: an hour; `--seconds` of wall-clock time end it earlier. With `--kill-every` a worker is ended every so many
 * ticks, from outside or by a session. Then sessions speak to their neighbours alone, so that what an interruption changes stays among four: these are
 * left alone until they are quiet, looked through, and created anew. With `--record` what the first is given is recorded, and replayed inline in the end.
 */
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { referenceScheduler } from '@dormouse/core/conformance';
import { FIGURES } from './conservation/behavior.mjs';
import { compareReports, compareStates, countStates } from './conservation/checks.mjs';
import { Deeds, MOST_NAPPED, SPAWNED_ACCOUNTS } from './conservation/deeds.mjs';
import { Interruptions } from './conservation/interruptions.mjs';
import { Recorded } from './conservation/recorded.mjs';
import { Side } from './conservation/side.mjs';
import { storeOf } from './conservation/stores.mjs';
import { Upkeep } from './conservation/upkeep.mjs';
import { chance, Findings, OPTIONS, schedulerOf, watchThreads } from './stand.mjs';

const { values } = parseArgs({
  options: {
    ...OPTIONS,
    ticks: { type: 'string', default: '36000' },
    seconds: { type: 'string', default: '86400' },
    'diff-ms': { type: 'string', default: '100' },
    sessions: { type: 'string', default: '400' },
    store: { type: 'string', default: 'raw' },
    'compare-every': { type: 'string', default: '10' },
    'kill-every': { type: 'string', default: '0' },
    record: { type: 'boolean', default: false },
  },
});
const numbers = ['workers', 'ticks', 'seconds', 'diff-ms', 'sessions', 'compare-every', 'kill-every', 'seed'].map((name) =>
  Number(values[name]),
);
const [workers, ticks, seconds, diffMs, population, compareEvery, killEvery, seed] = numbers;
/** Together with whom a session is when threads die. */
const REACH = killEvery === 0 ? 0 : 4;
const QUIET_TICKS = 500;
const QUIET_DIFF_MS = 100;

const done = { ticks: 0, simulatedMinutes: 0, rssMegabytes: 0, population: 0, comparisons: 0, mostAsleep: 0 };
const findings = new Findings(() => ({
  ...values,
  ...done,
  ...subject?.sleep,
  packets: subject?.packets,
  ...subject?.told,
  sums: totals,
  upkeep: upkeep?.done,
  ...interruptions?.done,
  deeds: deeds?.counts,
}));
const totals = {};
let [subject, reference, upkeep, interruptions, deeds] = [];

const threads = watchThreads();
const scheduler = await schedulerOf(values);
// Never reached: whom budgets put to sleep, and when, depends on the clock on the wall.
const common = { seed, maxConcurrentSessions: 2 * population };
subject = await Side.start(values.scheduler, findings, {
  ...common,
  scheduler,
  workerThreads: scheduler.supports.workers ? workers : 0,
  store: storeOf(values.store, chance(seed + 17)),
  // Little, but enough for a round of storing.
  maintenanceSliceMs: 0.8,
  defragmentationIntervalMs: 1000,
  updateBatchSize: 16,
});
reference = await Side.start('reference', findings, {
  ...common,
  scheduler: referenceScheduler(),
  store: storeOf('never'),
  maintenanceSliceMs: 5,
  enableAutoDefragmentation: false,
  enableSimd: false,
});
const sides = [subject, reference];
const recorded = values.record ? new Recorded(subject.manager) : undefined;
interruptions = new Interruptions({ sides, scheduler, threads, workers, reach: REACH, below: chance(seed + 7) });
const isLeft = (accountId) => interruptions.isLeft(accountId);
deeds = new Deeds({ below: chance(seed), reference, population, reach: REACH, isLeft });
// By a chance of its own: what else is done does not depend on it.
upkeep = new Upkeep({ manager: subject.manager, scheduler, workers, below: chance(seed + 13), isSteady: killEvery > 0 });
for (const side of sides) {
  for (const accountId of SPAWNED_ACCOUNTS) side.awaited.add(accountId);
  deeds.createAll(side);
}

async function tick(simulatedMs = diffMs) {
  // Handlers are called, and what was answered is taken, before a tick begins.
  await setImmediate();
  const report = await subject.update(simulatedMs);
  const expected = await reference.update(simulatedMs);
  done.ticks++;
  findings.where = `tick ${done.ticks}`;
  await setImmediate();
  interruptions.note(report.faults);
  if (interruptions.comparesReport) compareReports(report, expected, (what) => findings.wrong(what));
  return expected;
}

function createAnew(accountIds) {
  for (const side of sides) deeds.create(side, accountIds);
}

function compare() {
  done.comparisons++;
  const difference = compareStates(subject, reference, { isLeft, isWhole: interruptions.isQuiet });
  if (difference !== undefined) findings.wrong(difference);
}

for (const endMs = performance.now() + seconds * 1000; done.ticks < ticks && performance.now() < endMs && findings.problems === 0; ) {
  deeds.some(sides, (what) => findings.wrong(what));
  await upkeep.some();
  if (killEvery > 0 && done.ticks % killEvery === killEvery - 1) await interruptions.kill(tick);
  await tick();
  interruptions.heal(createAnew);
  if (done.ticks % compareEvery !== 0) continue;
  for (const side of sides) countStates(side);
  done.mostAsleep = Math.max(done.mostAsleep, subject.manager.getHibernatedSessionCount());
  compare();
}

// -------------------------------------------------------------------------------------------------------- the end

await upkeep.end();
await interruptions.end(tick, createAnew);
for (const side of sides) {
  // From here on nobody falls asleep for a minute.
  for (const { handle } of side.accounts.values()) handle.touch();
}
/** Everything that is under way comes to its end: nothing is unread then, nothing unanswered. */
for (let calm = 0, ended = done.ticks + QUIET_TICKS; calm < 2 * MOST_NAPPED; ) {
  for (const side of sides) {
    for (const accountId of side.accounts.keys()) {
      side.manager.reviveSession(accountId);
      side.manager.reactivateSession(accountId);
    }
    for (const key of side.asks.keys()) side.answer(key);
  }
  const { packetsIn, packetsOut, messagesDelivered, asked, answered, faults } = await tick(Math.min(diffMs, QUIET_DIFF_MS));
  calm = packetsIn + packetsOut + messagesDelivered + asked + answered + faults.length === 0 ? calm + 1 : 0;
  if (done.ticks === ended) {
    findings.wrong(`it is not quiet after ${QUIET_TICKS} ticks`);
    break;
  }
}
compare();
for (const side of sides) {
  countStates(side);
  const sums = { ...side.gone };
  for (const [accountId, account] of side.accounts) {
    const figures = side.figuresOf(accountId);
    side.check(accountId, account, figures);
    for (const name of FIGURES) sums[name] += figures[name];
    if (account.handle.state.disorder > 0) side.wrong(`account ${accountId} got ${account.handle.state.disorder} messages out of order`);
    if (figures.asked !== figures.answered) side.wrong(`account ${accountId} asked ${figures.asked}, and was answered ${figures.answered}`);
  }
  const { packets, told, broadcast } = side;
  const mayDiffer = side === subject ? packets.discardedRequests : 0;
  const claim = (what, isTrue) => isTrue || side.wrong(`${what}: ${JSON.stringify({ sums, packets, told, broadcast })}`);
  const unnoted = packets.handedOut + packets.discarded - sums.sent;
  claim('packets out are lost', unnoted >= 0 && unnoted <= interruptions.done.interrupted && packets.handedOut === told.packetsOut);
  const messages = told.messagesDelivered + told.messagesUnknown + told.messagesFull - broadcast;
  claim('messages sent are lost', messages <= sums.told && messages + mayDiffer >= sums.told);
  // An interrupted session may have taken one more, a packet, a message or an answer, than it has counted.
  const mayBeUncounted = side === subject ? interruptions.done.interrupted : 0;
  const uncounted = packets.pushed - sums.taken - sums.gaps - sums.unread;
  claim('packets in are lost', uncounted >= 0 && uncounted + sums.gaps <= mayBeUncounted && packets.pushed === told.packetsIn);
  const unseen = told.messagesDelivered - sums.received - sums.fromHost;
  claim('messages delivered are lost', Math.abs(unseen) <= mayBeUncounted);
  claim('requests are lost', told.asked <= sums.asked && told.asked + mayDiffer >= sums.asked);
  const unheard = told.answered - sums.answered;
  claim('answers are lost', unheard >= 0 && unheard <= mayBeUncounted);
  if (side === subject) Object.assign(totals, sums);
}
done.population = subject.accounts.size;
done.rssMegabytes = Math.round(process.memoryUsage.rss() / 1_000_000);
done.simulatedMinutes = Math.round((done.ticks * diffMs) / 60_000);
const digest = subject.manager.stateDigest();
await Promise.all(sides.map((side) => side.manager.shutdown()));
await recorded?.replay({ ticks: done.ticks, digest, findings });
findings.end();
