import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { heapAfterCollection } from '../harness/collected-heap.js';
import { type Fleet, noTimes } from '../harness/fleet.js';
import { openFleet } from '../harness/run.js';
import { medianOf } from '../harness/series.js';
import { FORMS } from '../workloads.js';
import { type Figure, figure } from './figure.js';

const SESSIONS = 1000;
const TICKS = 10_000;
/** Growth is the median of so many times 10 000 ticks: code that comes and goes moves a single one by 100 KiB either way. */
const BLOCKS = 5;
/** Heap growth counts as flat below this: what a collector leaves behind varies by as much. */
const FLAT_KIB = 64;
/** Ticks between two looks at the heap: few enough that most pairs have no collection between them. */
const WINDOW_TICKS = 20;
const WINDOWS = 50;

/** Heap growth over 10 000 ticks of 1000 sessions, scavenges meanwhile, and bytes allocated a tick. */
export async function allocation(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const workload of ['W1', 'W2'] as const) {
    for (const form of FORMS) {
      const options = {
        workload,
        form,
        arith: 'f64',
        sessions: SESSIONS,
        diffMs: 100,
        scheduler: 'inline',
        workers: 0,
        batch: 64,
      } as const;
      const fleet = await openFleet({ ...options, copy: 'allocation' });
      const what = `${workload} f64 ${form}`;
      // As many before: code is compiled, thrown away and compiled again meanwhile, and that is on the heap too.
      await run(fleet, TICKS);
      const growths: number[] = [];
      const scavenges = await countScavenges(async () => {
        for (let block = 0; block < BLOCKS; block++) {
          const before = await heapAfterCollection();
          await run(fleet, TICKS);
          growths.push(((await heapAfterCollection()) - before) / 1024);
        }
      });
      figures.push(figure(`heap growth over ${TICKS} ticks, ${what}`, medianOf(growths), 'KiB', FLAT_KIB));
      figures.push(figure(`scavenges in ${TICKS} ticks, ${what}`, scavenges / BLOCKS, ''));
      figures.push(figure(`allocated a tick, ${what}`, await bytesAllocatedATick(fleet), 'B'));
      await fleet.close();
    }
  }
  return figures;
}

async function run(fleet: Fleet, ticks: number): Promise<void> {
  const times = noTimes();
  for (let tick = 0; tick < ticks; tick++) await fleet.tick(times);
}

async function bytesAllocatedATick(fleet: Fleet): Promise<number> {
  const windows: number[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    const before = process.memoryUsage().heapUsed;
    await run(fleet, WINDOW_TICKS);
    const after = process.memoryUsage().heapUsed;
    if (after >= before) windows.push((after - before) / WINDOW_TICKS);
  }
  return medianOf(windows);
}

async function countScavenges(work: () => Promise<void>): Promise<number> {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if ((entry as { detail?: { kind?: number } }).detail?.kind === constants.NODE_PERFORMANCE_GC_MINOR) count++;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  await work();
  // Entries are handed over in a later turn of the event loop.
  await setImmediate();
  await setImmediate();
  observer.disconnect();
  return count;
}
