import type { Dispatch, SchedulerStats } from '@dormouse/core';
import { hex } from './checksum.js';
import { cpuUsSince } from './cpu-time.js';
import { type Fleet, type FleetOptions, type FleetTotals, noTimes } from './fleet.js';
import { openFloorFleet } from './floor-fleet.js';
import { openManagerFleet } from './manager-fleet.js';
import type { Caller } from './scheduler-choice.js';
import { Series, type Summary } from './series.js';

export interface RunOptions extends FleetOptions {
  /** Ticks in all. The first tenth of them run untimed. */
  readonly ticks: number;
  /** Called after each tick with how many are done. */
  readonly onProgress?: (done: number) => void;
}

/** What a run measured: *Report* in the workloads' specification, with what was run. Times are µs. */
export interface WorkloadReport
  extends Omit<FleetOptions, 'form' | 'batch' | 'isBatchFixed' | 'workers' | 'caller' | 'dispatch' | 'copy'>,
    Omit<FleetTotals, 'egressSum' | 'checksum'> {
  /** Null on the floor, which has neither forms, batches nor participants. */
  readonly form: FleetOptions['form'] | null;
  readonly batch: number | null;
  readonly isBatchFixed: boolean | null;
  readonly workers: number | null;
  readonly caller: Caller | null;
  readonly dispatch: Dispatch | null;
  /** All ticks, the untimed ones too. */
  readonly stats: SchedulerStats | null;
  readonly ticks: number;
  readonly measuredTicks: number;
  readonly node: string;
  readonly ingestUs: Summary;
  readonly updateUs: Summary;
  readonly egressUs: Summary;
  readonly tickUs: Summary;
  /** Of the median update, by how many are updated in a tick on average. */
  readonly nsPerSessionUpdate: number;
  /** CPU time of the whole process. */
  readonly cpuUsPerTick: number;
  /** 8 hexadecimal digits, as is `checksum`. */
  readonly egressSum: string;
  readonly checksum: string;
}

/** Opens sessions of a workload on the floor, a built-in scheduler, or one that is loaded by package name or path. */
export function openFleet(options: FleetOptions): Promise<Fleet> {
  return options.scheduler === 'floor' ? openFloorFleet(options) : openManagerFleet(options);
}

/** Runs a workload from its start and reports. Rejects with what a scheduler or a session throws. */
export async function runWorkload(options: RunOptions): Promise<WorkloadReport> {
  const { ticks, onProgress, ...fleetOptions } = options;
  const fleet = await openFleet(fleetOptions);
  try {
    const untimed = Math.floor(ticks / 10);
    const ingest = new Series(ticks);
    const update = new Series(ticks);
    const egress = new Series(ticks);
    const tick = new Series(ticks);
    const times = noTimes();
    let cpuBefore = process.cpuUsage();
    let updatesBefore = 0;
    for (let done = 0; done < ticks; done++) {
      if (done === untimed) {
        updatesBefore = fleet.updates();
        cpuBefore = process.cpuUsage();
      }
      await fleet.tick(times);
      if (done >= untimed) {
        ingest.push(times.ingestUs);
        update.push(times.updateUs);
        egress.push(times.egressUs);
        tick.push(times.tickUs);
      }
      onProgress?.(done + 1);
    }
    const cpuUs = cpuUsSince(cpuBefore);
    const measuredTicks = ticks - untimed;
    const updateUs = update.summary();
    const updatesPerTick = (fleet.updates() - updatesBefore) / measuredTicks;
    const totals = fleet.totals();
    const floor = options.scheduler === 'floor';
    return {
      ...fleetOptions,
      form: floor ? null : options.form,
      batch: floor ? null : options.batch,
      isBatchFixed: floor ? null : options.isBatchFixed === true,
      workers: floor ? null : options.workers,
      caller: floor ? null : (options.caller ?? 'idle'),
      dispatch: floor ? null : (options.dispatch ?? 'resident'),
      stats: fleet.stats() ?? null,
      ticks,
      measuredTicks,
      node: process.version,
      ingestUs: ingest.summary(),
      updateUs,
      egressUs: egress.summary(),
      tickUs: tick.summary(),
      nsPerSessionUpdate: (updateUs.median * 1000) / updatesPerTick,
      cpuUsPerTick: cpuUs / measuredTicks,
      ...totals,
      egressSum: hex(totals.egressSum),
      checksum: hex(totals.checksum),
    };
  } finally {
    await fleet.close();
  }
}
