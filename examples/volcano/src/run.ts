import { writeFileSync } from 'node:fs';
import { type RunReport, type SessionFault, SessionManager } from '@dormouse/core';
import bot, { walkableGround } from './bot.js';
import { type Figures, grouped, readings } from './figures.js';
import { Guide } from './guide.js';
import { keptIn, trailsOf, whatIsBack } from './kept.js';
import { MOST_SESSIONS, type RunOptions, USUAL_SESSIONS } from './options.js';
import { ARRIVAL, MEETING, RESTING } from './packets.js';
import { drawMap } from './svg.js';
import { loadMaungaWhau, type Terrain } from './terrain.js';
import { threadFigures, threadsOf } from './threads.js';
import { Trails } from './trails.js';
import { openView, type Screen } from './view.js';

/** Of each direction: a bot sends a few packets of 16 bytes a tick at most. */
const RING_BYTES = 1024;
const MEGABYTE = 1_048_576;

/** Runs the bots until their time is over or `ending` is aborted, then writes the map and sums up. */
export async function run(options: RunOptions, screen: Screen, ending: AbortSignal): Promise<void> {
  const { duration, tickRate, seed, timeLapse, quiet, record, store } = options;
  const say = (text: string) => screen.write(`${text}\n`);
  const { scheduler, workerThreads } = await threadsOf(options);
  const terrain = loadMaungaWhau();
  let trails = new Trails(options.sessions);
  /** Bots that would sleep, of the tick in hand. */
  const resting: number[] = [];
  const startedMs = performance.now();
  const manager = await SessionManager.start({
    behavior: bot,
    scheduler,
    workerThreads,
    // An earlier run may have left more.
    maxConcurrentSessions: store === undefined ? options.sessions : MOST_SESSIONS,
    poolSize: store === undefined ? options.sessions : Math.max(options.sessions, USUAL_SESSIONS),
    ringBytes: RING_BYTES,
    seed,
    ...keptIn(store),
    // Bots say themselves when they would sleep.
    enableAutoHibernation: false,
    onPacket: (accountId, packet) => {
      if (packet.opcode === MEETING) trails.meetings++;
      else if (packet.opcode === RESTING) resting.push(accountId);
      else trails.add(accountId - 1, packet.f32(0), packet.f32(8), packet.opcode !== ARRIVAL);
    },
  });
  try {
    const builtMs = performance.now();
    const recording = record === undefined ? undefined : manager.recordInputs(record, { overwrite: true });
    const sessions = Math.max(options.sessions, manager.getActiveSessionCount() + manager.getHibernatedSessionCount());
    trails = trailsOf(manager, sessions);
    const accounts = Uint32Array.from({ length: sessions }, (_, index) => index + 1);
    const bots = manager.createSessionBatch(accounts, { init: { timeLapse }, adopt: true });
    if (!quiet) {
      const threads = 1 + threadFigures(scheduler).workers;
      say(
        `Maunga Whau: ${terrain.columns} × ${terrain.rows} heights, a navmesh of ${walkableGround().polygonCount} polygons ` +
          `in ${threads === 1 ? '' : `each of ${threads} threads in `}${Math.round(builtMs - startedMs)} ms, ${grouped(sessions)} bots on it in ${Math.round(performance.now() - builtMs)} ms`,
      );
      if (store !== undefined) say(whatIsBack(manager.resumed, store));
    }
    const guide = new Guide(manager, bots, seed);
    const view = quiet ? undefined : openView(screen, terrain, trails);
    const faults: SessionFault[] = [];
    const runStartedMs = performance.now();
    const figures = (): Figures => {
      const metrics = manager.getGlobalMetrics();
      return {
        threads: threadFigures(scheduler),
        ticks: manager.tick.number,
        elapsedSeconds: (performance.now() - runStartedMs) / 1000,
        durationSeconds: duration,
        activeSessions: metrics.activeSessions,
        hibernatedSessions: metrics.hibernatedSessions,
        savedMegabytes: manager.getMemorySaved() / MEGABYTE,
        walking: trails.walking,
        arrivals: trails.arrivals,
        meetings: trails.meetings,
        tickP50Us: metrics.tickTime.p50Us,
        tickP99Us: metrics.tickTime.p99Us,
        tickBudgetUs: 1_000_000 / tickRate,
        cpuPercentPerBot: metrics.cpuPercentPerBot,
        packetsPerSecond: metrics.totalPacketsPerSecond,
        sessionMegabytes: metrics.totalMemoryMB,
        processMegabytes: process.memoryUsage.rss() / MEGABYTE,
      };
    };
    let report: RunReport;
    // The ticks are done a little earlier, unless the machine is too slow for them. Not AbortSignal.timeout(): what only AbortSignal.any()
    // refers to, and weakly, may be collected before it fires.
    const timeIsOver = new AbortController();
    const timer = setTimeout(() => timeIsOver.abort(), duration * 1000);
    try {
      report = await manager.run({
        tickRate,
        maxTicks: duration * tickRate,
        signal: AbortSignal.any([ending, timeIsOver.signal]),
        onTick: (tick) => {
          faults.push(...tick.faults.slice(0, 1));
          for (const accountId of resting.splice(0)) manager.hibernateSession(accountId);
          guide.afterTick(tick.diffMs);
          view?.show(figures());
        },
      });
    } finally {
      clearTimeout(timer);
      view?.end();
    }
    const seconds = report.elapsedMs / 1000;
    const whole: Figures = {
      ...figures(),
      tickP50Us: report.tickTime.p50Us,
      tickP99Us: report.tickTime.p99Us,
      cpuPercentPerBot: report.rates.cpuPercentPerBot,
      packetsPerSecond: report.rates.packetsPerSecond,
    };
    say(`\n${grouped(report.ticks)} ticks in ${seconds.toFixed(1)} s, ${report.overruns} late`);
    for (const { name, value } of readings(whole)) say(`  ${name.padEnd(12)}${value}`);
    if (faults.length > 0) say(`  faults      in ${faults.length} ticks, the first: ${String(faults[0].error)}`);
    writeMap(options, terrain, trails, report.ticks, say);
    if (recording !== undefined) {
      await recording.stop();
      say(`  record      ${recording.file}, ${Math.round(recording.bytes / 1024)} KB: npm start -- --replay ${recording.file}`);
    }
  } finally {
    await manager.shutdown();
  }
}

function writeMap(options: RunOptions, terrain: Terrain, trails: Trails, ticks: number, say: (text: string) => void): void {
  const { seed, tickRate, timeLapse, output } = options;
  const map = drawMap(terrain, trails, { seed, tickRate, timeLapse, ticks });
  writeFileSync(output, map);
  say(`  map         ${output}, ${Math.round(map.length / 1024)} KB`);
}
