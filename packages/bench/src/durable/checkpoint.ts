import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as passed } from 'node:timers/promises';
import type { DormouseEvents } from '@dormouse/core';
import { noTimes } from '../harness/fleet.js';
import { type ManagedFleet, openManagerFleet } from '../harness/manager-fleet.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import { medianOf, Series, type Summary } from '../harness/series.js';
import { makeStore, StorePlace, type Synchronous } from './store-place.js';

const DONE = 'dormouse:checkpoint:done';
const DIFF_MS = 100;
const BATCH = 64;
/** Of a fleet's ticks that are not timed, while its code is compiled. */
const WARM_UP_TICKS = 200;

export interface CheckpointOptions {
  readonly choice: SchedulerChoice;
  readonly sessions: number;
  readonly everyMs: number;
  readonly tickRate: number;
  /** Each of so many rounds is `roundMs` with checkpoints and as long without. */
  readonly rounds: number;
  readonly roundMs: number;
  readonly synchronous: Synchronous;
  /** Where the file is made. */
  readonly folder?: string | undefined;
}

/** What checkpoints do to ticks. µs, and bytes a second of the wall clock. */
export interface CheckpointReport {
  /** Ticks of the fleet that has checkpoints, and of the one that has none, in the same rounds. */
  readonly withUs: Summary;
  readonly withoutUs: Summary;
  /** How much later than it was due a tick began. */
  readonly lateWithUs: Summary;
  readonly lateWithoutUs: Summary;
  /** Of the one to the other: of all ticks, and the median of rounds. */
  readonly ratio: { readonly median: number; readonly p99: number; readonly medianOfRoundsP99: number };
  readonly checkpoints: number;
  /** A checkpoint: from its beginning to when it is durable, ms; records written, bytes of records. */
  readonly durationMs: Summary;
  readonly writtenRecords: number;
  readonly recordBytes: number;
  /** What was written to the store's files, its own bookkeeping included. */
  readonly diskBytesPerSecond: number;
}

/** Two fleets of W2 in turn, at a tick rate: one that has checkpoints, one without a store that could keep any. */
export async function measureCheckpoints(options: CheckpointOptions, onProgress: (what: string) => void): Promise<CheckpointReport> {
  const place = await StorePlace.make(options.folder);
  const fleets: ManagedFleet[] = [];
  try {
    const kept = await open(options, 'kept', {
      store: makeStore('sqlite', place, options.synchronous),
      checkpointEveryMs: options.everyMs,
    });
    fleets.push(kept);
    const plain = await open(options, 'plain', {});
    fleets.push(plain);
    return await measure(options, kept, plain, onProgress);
  } finally {
    for (const fleet of fleets) await fleet.close();
    await place.remove();
  }
}

async function open(
  { choice, sessions }: CheckpointOptions,
  copy: string,
  settings: Parameters<typeof openManagerFleet>[2],
): Promise<ManagedFleet> {
  const shape = { workload: 'W2', arith: 'f64', form: 'session', diffMs: DIFF_MS, batch: BATCH } as const;
  const fleet = await openManagerFleet({ ...choice, ...shape, sessions, copy }, undefined, settings);
  const times = noTimes();
  for (let tick = 0; tick < WARM_UP_TICKS; tick++) await fleet.tick(times);
  return fleet;
}

async function measure(
  { rounds, roundMs, tickRate }: CheckpointOptions,
  kept: ManagedFleet,
  plain: ManagedFleet,
  onProgress: (what: string) => void,
): Promise<CheckpointReport> {
  const ticks = Math.max(1, Math.round((roundMs * tickRate) / 1000));
  const seen = new Checkpoints(kept);
  const withTicks = new Ticks(rounds * ticks);
  const withoutTicks = new Ticks(rounds * ticks);
  const ratios: number[] = [];
  let seconds = 0;
  for (let round = 0; round < rounds; round++) {
    const own = [new Ticks(ticks), new Ticks(ticks)];
    const beganMs = performance.now();
    await paced(kept, ticks, tickRate, [withTicks, own[0]]);
    seconds += (performance.now() - beganMs) / 1000;
    await paced(plain, ticks, tickRate, [withoutTicks, own[1]]);
    ratios.push(own[0].took.summary().p99 / own[1].took.summary().p99);
    onProgress(`round ${round + 1} of ${rounds}: ${seen.count} checkpoints`);
  }
  seen.end();
  const withUs = withTicks.took.summary();
  const withoutUs = withoutTicks.took.summary();
  return {
    withUs,
    withoutUs,
    lateWithUs: withTicks.late.summary(),
    lateWithoutUs: withoutTicks.late.summary(),
    ratio: { median: withUs.median / withoutUs.median, p99: withUs.p99 / withoutUs.p99, medianOfRoundsP99: medianOf(ratios) },
    ...seen.report(seconds),
  };
}

/** How long ticks took, and how late they began. */
class Ticks {
  readonly took: Series;
  readonly late: Series;

  constructor(capacity: number) {
    this.took = new Series(capacity);
    this.late = new Series(capacity);
  }
}

/** So many ticks at this rate: between them the process is idle, as a host is, and whatever is to be done between ticks has its turn. */
async function paced(fleet: ManagedFleet, ticks: number, tickRate: number, into: readonly Ticks[]): Promise<void> {
  const times = noTimes();
  const beganMs = performance.now();
  for (let tick = 0; tick < ticks; tick++) {
    const dueMs = beganMs + (tick * 1000) / tickRate;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await passed(waitMs);
    const lateUs = Math.max(0, performance.now() - dueMs) * 1000;
    await fleet.tick(times);
    for (const { took, late } of into) {
      took.push(times.tickUs);
      late.push(lateUs);
    }
  }
}

/** What the manager that has checkpoints, the only one of the process, has told of them since. */
class Checkpoints {
  count = 0;
  #written = 0;
  #bytes = 0;
  readonly #durations: number[] = [];
  readonly #fleet: ManagedFleet;
  readonly #before: number;

  constructor(fleet: ManagedFleet) {
    this.#fleet = fleet;
    this.#before = this.#diskBytes;
    subscribe(DONE, this.#hear);
  }

  end(): void {
    unsubscribe(DONE, this.#hear);
  }

  readonly #hear = (message: unknown): void => {
    const { written, bytes, durationMs } = message as DormouseEvents[typeof DONE];
    this.count++;
    this.#written += written;
    this.#bytes += bytes;
    this.#durations.push(durationMs);
  };

  get #diskBytes(): number {
    return this.#fleet.store?.durable?.disk().writtenBytes ?? 0;
  }

  report(seconds: number) {
    const durations = new Series(this.#durations.length);
    for (const durationMs of this.#durations) durations.push(durationMs);
    return {
      checkpoints: this.count,
      durationMs: durations.summary(),
      writtenRecords: this.#written,
      recordBytes: this.#bytes,
      diskBytesPerSecond: (this.#diskBytes - this.#before) / seconds,
    };
  }
}
