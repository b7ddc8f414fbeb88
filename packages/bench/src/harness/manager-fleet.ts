import {
  type AnyBehavior,
  type HibernationStore,
  type IScheduler,
  type SessionHandle,
  SessionManager,
  type SessionManagerOptions,
  type StateOf,
} from '@dormouse/core';
import { wordSum } from '../arithmetic/packets.js';
import { START_MS } from '../arithmetic/random.js';
import { belongingsOf } from '../behaviors/belongings.js';
import type { fields } from '../behaviors/fields.js';
import { behaviorOf, type Workload } from '../workloads.js';
import { type CheckedFields, checksumOf } from './checksum.js';
import type { Fleet, FleetOptions, FleetTotals, TickTimes } from './fleet.js';
import { inboundOf } from './inbound.js';
import { PacketDriver } from './packet-driver.js';
import { makeScheduler } from './scheduler-choice.js';
import { createSessions } from './session-creation.js';
import { SleepDriver } from './sleep-driver.js';

/** A fleet's manager and its sessions by rank, for those who measure something other than ticks. */
export interface ManagedFleet extends Fleet {
  readonly manager: SessionManager<AnyBehavior>;
  /** Undefined: the manager's own. */
  readonly store: HibernationStore | undefined;
  readonly accountIds: Uint32Array;
}

type Keeping = Pick<SessionManagerOptions<AnyBehavior>, 'store' | 'checkpointEveryMs'>;

/** Sessions of a session manager on any scheduler, which `wrap` may wrap; `keeping`: where and how often they are stored. */
export async function openManagerFleet(
  options: FleetOptions,
  wrap: (scheduler: IScheduler) => IScheduler = (scheduler) => scheduler,
  keeping: Keeping = {},
): Promise<ManagedFleet> {
  const { workload, sessions, diffMs } = options;
  const scheduler = wrap(await makeScheduler(options));
  let egressSum = 0;
  let updates = 0;
  const manager = await SessionManager.start<AnyBehavior>({
    behavior: await behaviorOf(workload, options.arith, options.form, options.copy),
    scheduler,
    workerThreads: options.workers,
    updateBatchSize: options.batch,
    enableAdaptiveBatchSize: options.isBatchFixed !== true,
    maxConcurrentSessions: sessions,
    // All are updated in every tick, however long nobody sends them anything. In W8 the driver says who sleeps.
    enableAutoHibernation: false,
    poolSize: sessions,
    startTimeMs: START_MS,
    ...keeping,
    onPackets: ({ begin, end, words, starts, lengths }) => {
      let sum = egressSum;
      for (let i = begin; i < end; i++) sum = (sum + wordSum(words, starts[i], lengths[i])) | 0;
      egressSum = sum;
    },
  });
  const handles = createSessions(manager, workload, sessions);
  const packets = new PacketDriver(manager, handles, inboundOf(workload, sessions));
  const sleep = workload === 'W8' ? new SleepDriver(handles) : undefined;
  let t = 0;

  return {
    manager,
    store: keeping.store,
    accountIds: Uint32Array.from(handles, ({ accountId }) => accountId),
    async tick(times: TickTimes): Promise<void> {
      const start = performance.now();
      const ranks = packets.push(t);
      const nowMs = START_MS + diffMs * (t + 1);
      if (ranks !== null) sleep?.received(ranks, nowMs);
      const fed = performance.now();
      const report = await manager.updateAllSessions(diffMs);
      sleep?.look(t, nowMs);
      t++;
      times.tickUs = (performance.now() - start) * 1000;
      times.ingestUs = (fed - start) * 1000 + report.ingestUs;
      times.updateUs = report.updateUs;
      times.egressUs = report.egressUs;
      updates += report.sessions;
      if (report.faults.length > 0) throw report.faults[0].error;
    },
    updates: () => updates,
    totals(): FleetTotals {
      const checksum = (): number => checksumOf(checkedIn(workload, handles));
      return {
        updates,
        packetsIn: total(handles, (handle) => handle.packetsIn),
        packetsOut: total(handles, (handle) => handle.packetsOut),
        dropped: total(handles, (handle) => handle.dropped),
        egressSum: egressSum >>> 0,
        checksum: sleep === undefined ? checksum() : sleep.whileAwake(checksum),
      };
    },
    stats: () => scheduler.stats(),
    close: () => manager.shutdown(),
  };
}

function* checkedIn(workload: Workload, handles: readonly SessionHandle[]): Generator<CheckedFields> {
  for (const { state, updateCount } of handles) {
    const checked = state as StateOf<typeof fields>;
    if (workload !== 'W5') {
      yield checked;
      continue;
    }
    const { x, y, vx, vy, hp, targetX, targetY, rng } = checked;
    yield { x, y, vx, vy, hp, targetX, targetY, rng, belongings: belongingsOf(state as Parameters<typeof belongingsOf>[0], updateCount) };
  }
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
