import { setTimeout as sleep } from 'node:timers/promises';
import { cpuUsSince } from '../harness/cpu-time.js';
import { medianOf, Series } from '../harness/series.js';

/** Times of ticks, µs. */
export interface Latency {
  readonly median: number;
  readonly p99: number;
  /** CPU time of the whole process, a tick. */
  readonly cpuUs: number;
}

/** One tick after the other. `tick` gives its time, µs. */
export async function backToBack(tick: () => Promise<number>, ticks: number): Promise<Latency> {
  const times = new Series(ticks);
  const before = process.cpuUsage();
  for (let done = 0; done < ticks; done++) times.push(await tick());
  return latencyOf(times, before, ticks);
}

/** One tick each `periodMs`, and the event loop free between. `beforeNext` is called when a period is over. */
export async function paced(tick: () => Promise<number>, ticks: number, periodMs: number, beforeNext?: () => void): Promise<Latency> {
  const times = new Series(ticks);
  const before = process.cpuUsage();
  let nextMs = performance.now();
  for (let done = 0; done < ticks; done++) {
    nextMs = Math.max(nextMs + periodMs, performance.now());
    await sleep(nextMs - performance.now());
    if (done > 0) beforeNext?.();
    times.push(await tick());
  }
  return latencyOf(times, before, ticks);
}

/** Medians of the rounds. */
export function medianLatency(rounds: readonly Latency[]): Latency {
  return {
    median: medianOf(rounds.map(({ median }) => median)),
    p99: medianOf(rounds.map(({ p99 }) => p99)),
    cpuUs: medianOf(rounds.map(({ cpuUs }) => cpuUs)),
  };
}

function latencyOf(times: Series, before: NodeJS.CpuUsage, ticks: number): Latency {
  const cpuUs = cpuUsSince(before) / ticks;
  const { median, p99 } = times.summary();
  return { median, p99, cpuUs };
}
