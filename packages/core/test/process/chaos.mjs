/**
 * Run as a process of its own: sessions with packets in and out in every tick, and every so often a worker is killed, from outside or by a
 * session. No tick may hang, no packet may be lost, each interrupted session is reported once, and all others stay equal to those of a second
 * manager, inline, that is given the same. Prints what happened as JSON; exit code 1 when anything was wrong.
 *
 *     node chaos.mjs [--scheduler raw|tinypool|…] [--caller idle|joins] [--dispatch resident|task] [--workers 2]
 *                    [--ticks 10000] [--sessions 1000] [--every 50] [--hibernation] [--seed 1]
 *
 * With `--hibernation` some 300 sessions that nothing is pushed to are put to sleep in each tick, so that workers are killed while rows are stored, too; a packet wakes
 * them a few ticks later.
 */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { PushOutcome, SessionManager } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';
import { DEADLY, DEADLY_LATER, numbered } from './chaos-behavior.mjs';
import { chance, Findings, isNext, OPTIONS, schedulerOf, watchThreads } from './stand.mjs';

const { values } = parseArgs({
  options: {
    ...OPTIONS,
    ticks: { type: 'string', default: '10000' },
    sessions: { type: 'string', default: '1000' },
    every: { type: 'string', default: '50' },
    hibernation: { type: 'boolean', default: false },
  },
});
const [workers, ticks, sessions, every, seed] = ['workers', 'ticks', 'sessions', 'every', 'seed'].map((name) => Number(values[name]));
const FIRST_ACCOUNT = 10_000;
/** Put to sleep in a tick, and for so many ticks. */
const SLEEPERS = 300;
const SLEEP_TICKS = 3;
const FIELDS = ['x', 'y', 'vx', 'heard', 'taken', 'gaps', 'sent', 'updates'];
const COUNTERS = ['packetsIn', 'packetsOut', 'bytesIn', 'bytesOut', 'dropped', 'updateCount', 'status'];

const below = chance(seed);
const told = { ticks: 0, kills: 0, killedBySession: 0, replacedThreads: 0, interrupted: 0, compared: 0, fellAsleep: 0, woke: 0 };
const packets = { pushed: 0, taken: 0, takenWhenInterrupted: 0, ringFull: 0, sent: 0, handedOut: 0, discarded: 0, sentWhenInterrupted: 0 };
const findings = new Findings(() => ({ ...values, ...told, packets }));
const wrong = (what) => findings.wrong(what);
const threads = watchThreads();
const scheduler = await schedulerOf(values);

/** A manager, its sessions, and for each account what was pushed and handed out. */
async function start(scheduler, workerThreads) {
  const handedOut = new Map();
  const discarded = new Map();
  const manager = await SessionManager.start({
    behavior: numbered,
    scheduler,
    workerThreads,
    maxConcurrentSessions: sessions,
    // All but those that are put to sleep are updated in every tick, however long nobody sends them anything.
    enableAutoHibernation: false,
    // Storing is a good part of a tick.
    maintenanceSliceMs: 50,
    logger: false,
    onPacket(accountId, packet) {
      const before = (handedOut.get(accountId) ?? 0) + (discarded.get(accountId) ?? 0);
      if (!isNext(packet.u32(0), before, interrupted.has(accountId)))
        wrong(`account ${accountId} sent number ${packet.u32(0)}, and ${before} are known of`);
      handedOut.set(accountId, (handedOut.get(accountId) ?? 0) + 1);
    },
  });
  const handles = manager.createSessionBatch(Uint32Array.from({ length: sessions }, (_, i) => FIRST_ACCOUNT + i));
  return { manager, handles, handedOut, discarded, pushed: new Uint32Array(sessions) };
}

const parallel = await start(scheduler, workers);
const inline = await start(referenceScheduler(), 0);
const interrupted = new Set();
let hibernates = values.hibernation;
/** Until which tick a session sleeps. */
const restsUntil = new Uint32Array(sessions);

/** Neighbours, by account; those that are in quarantine stay as they are. */
function putToSleep(tick) {
  const first = below(sessions);
  for (let i = first; i < first + Math.min(SLEEPERS, sessions); i++) {
    const accountId = FIRST_ACCOUNT + (i % sessions);
    const [here, there] = [parallel, inline].map(({ manager }) => manager.hibernateSession(accountId));
    if (here || there) restsUntil[i % sessions] = tick + SLEEP_TICKS;
    if (here !== there && !interrupted.has(accountId)) wrong(`account ${accountId} falls asleep: ${here}, inline ${there}`);
  }
}

function wakeAll() {
  for (const { handles } of [parallel, inline]) for (const handle of handles) handle.wake();
}

const payload = new Uint8Array(32);
const payloadWords = new DataView(payload.buffer, 0, payload.length);
function pushAll(tick, deadly) {
  const opcode = tick % 3 === 0 ? DEADLY : DEADLY_LATER;
  for (let i = 0; i < sessions; i++) {
    if (restsUntil[i] > tick && i !== deadly) continue;
    for (let word = 1; word < 8; word++) payloadWords.setUint32(word * 4, Math.imul(FIRST_ACCOUNT + i, 0x9e37_79b1) + tick * word, true);
    for (const { handles, pushed } of [parallel, inline]) {
      payloadWords.setUint32(0, pushed[i], true);
      const outcome = handles[i].push(i === deadly ? opcode : 0xb5, payload);
      if (outcome === PushOutcome.delivered) pushed[i]++;
      else if (handles === parallel.handles) packets.ringFull++;
      if (handles === inline.handles && outcome !== PushOutcome.delivered) wrong(`inline: push to ${FIRST_ACCOUNT + i} was ${outcome}`);
    }
  }
}

async function tick(tick, deadly) {
  if (hibernates) putToSleep(tick);
  pushAll(tick, deadly);
  const { faults, fellAsleep, woke } = await findings.timed(() => parallel.manager.updateAllSessions(100));
  told.fellAsleep += fellAsleep;
  told.woke += woke;
  const { faults: faultsInline } = await inline.manager.updateAllSessions(100);
  told.ticks++;
  findings.where = `tick ${told.ticks}`;
  if (faultsInline.length > 0) wrong('inline has faults');
  for (const { accountId, error, discarded } of faults) {
    if (error.code !== 'ERR_SESSION_INTERRUPTED') wrong(`account ${accountId} failed: ${error.stack}`);
    if (interrupted.has(accountId)) wrong(`account ${accountId} was reported twice`);
    interrupted.add(accountId);
    packets.discarded += discarded.packets;
    parallel.discarded.set(accountId, discarded.packets);
  }
}

/** All sessions but those that were interrupted must be as inline. */
function compare() {
  wakeAll();
  for (let i = 0; i < sessions; i++) {
    if (interrupted.has(FIRST_ACCOUNT + i)) continue;
    told.compared++;
    const [mine, other] = [parallel.handles[i], inline.handles[i]];
    for (const field of FIELDS) {
      const [here, there] = [mine.state[field], other.state[field]];
      if (!Object.is(here, there)) wrong(`account ${FIRST_ACCOUNT + i} has ${field} ${here}, inline ${there}`);
    }
    for (const counter of COUNTERS) {
      if (mine[counter] !== other[counter]) wrong(`account ${FIRST_ACCOUNT + i}: ${counter} is ${mine[counter]}, inline ${other[counter]}`);
    }
  }
}

/** All workers are there: one that is killed while it starts is a start that fails, which is another test's. */
const isWhole = () => scheduler.stats().participants.length === workers + Number(values.caller === 'joins');
let killing;
while (told.ticks < ticks) {
  const number = told.ticks + 1;
  let deadly = -1;
  if (number % every === 0) {
    // A tick now and then: in them dead threads are replaced.
    for (let waits = 0; !isWhole(); await sleep(2)) if (waits++ % 50 === 0) await tick(told.ticks + 1, -1);
    compare();
    told.kills++;
    if (below(2) === 0) {
      // One that still runs: another would read it when it is revived.
      do deadly = below(sessions);
      while (interrupted.has(FIRST_ACCOUNT + deadly));
      told.killedBySession++;
    } else {
      const victims = [...threads];
      const victim = victims[below(victims.length)];
      // Before the tick or somewhere in it.
      if (below(2) === 0) killing = victim?.terminate();
      else killing = sleep(below(3)).then(() => victim?.terminate());
    }
  }
  await tick(told.ticks + 1, deadly);
  // Ticks that are done at once never let the event loop on.
  await setImmediate();
}
// The last kill may be yet to come: it is not to be met by what follows.
await killing;
await tick(told.ticks + 1, -1);
// What quarantined sessions have not read yet they read now; then nothing is left in any ring.
for (const accountId of interrupted) parallel.manager.reviveSession(accountId);
wakeAll();
restsUntil.fill(0);
hibernates = false;
const reported = interrupted.size;
await tick(told.ticks + 1, -1);
if (interrupted.size !== reported) wrong('a session was interrupted in the last tick, in which nothing was killed');
compare();

told.interrupted = interrupted.size;
for (let i = 0; i < sessions; i++) {
  const accountId = FIRST_ACCOUNT + i;
  const { taken, gaps, sent } = parallel.handles[i].state;
  const mayDiffer = Number(interrupted.has(accountId));
  packets.pushed += parallel.pushed[i];
  packets.taken += taken;
  packets.takenWhenInterrupted += gaps;
  if (parallel.pushed[i] !== taken + gaps) wrong(`account ${accountId}: pushed ${parallel.pushed[i]}, taken ${taken} + ${gaps}`);
  if (gaps > mayDiffer) wrong(`account ${accountId} has not seen ${gaps} packets`);
  const handedOut = parallel.handedOut.get(accountId) ?? 0;
  // One more than it had counted, where it was interrupted between the two.
  const unnoted = handedOut + (parallel.discarded.get(accountId) ?? 0) - sent;
  if (unnoted < 0 || unnoted > mayDiffer) wrong(`account ${accountId}: sent ${sent}, handed out ${handedOut}, discarded ${unnoted} more`);
  packets.sent += sent;
  packets.handedOut += handedOut;
  packets.sentWhenInterrupted += unnoted;
}
if (packets.pushed !== packets.taken + packets.takenWhenInterrupted) wrong('packets in are lost');
if (packets.sent + packets.sentWhenInterrupted !== packets.handedOut + packets.discarded) wrong('packets out are lost');
told.replacedThreads = scheduler.stats().replacedThreads;
await parallel.manager.shutdown();
await inline.manager.shutdown();
findings.end();
