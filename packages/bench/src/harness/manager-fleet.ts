import {
  type AnyBehavior,
  type HibernationStore,
  type IScheduler,
  SessionManager,
  type SessionManagerOptions,
  type StateOf,
} from '@dormouse/core';
import { INBOUND_BYTES, INBOUND_OPCODE, INBOUND_WORDS, wordSum, writeInbound } from '../arithmetic/packets.js';
import { FIRST_ACCOUNT, START_MS } from '../arithmetic/random.js';
import type { fields } from '../behaviors/fields.js';
import { behaviorOf, stepsOf } from '../workloads.js';
import { checksumOf } from './checksum.js';
import type { Fleet, FleetOptions, FleetTotals, TickTimes } from './fleet.js';
import { makeScheduler } from './scheduler-choice.js';

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
    maxConcurrentSessions: sessions,
    // All are updated in every tick, however long nobody sends them anything.
    enableAutoHibernation: false,
    poolSize: sessions,
    startTimeMs: START_MS,
    ...keeping,
    onPacket: (_accountId, packet) => {
      egressSum = (egressSum + wordSum(packet.words, packet.start, packet.length)) | 0;
    },
  });
  const accountIds = Uint32Array.from({ length: sessions }, (_, rank) => FIRST_ACCOUNT + rank);
  const handles = manager.createSessionBatch(accountIds, (accountId, rank) => ({
    mapId: accountId % 8,
    groupId: Math.floor(accountId / 5),
    init: { repeat: stepsOf(workload, rank, sessions) },
  }));
  const inbound = workload === 'W2' ? new Int32Array(sessions * INBOUND_WORDS) : undefined;
  const payloads = new Uint8Array(inbound?.buffer ?? new ArrayBuffer(0));
  let t = 0;

  return {
    manager,
    store: keeping.store,
    accountIds,
    async tick(times: TickTimes): Promise<void> {
      const start = performance.now();
      if (inbound !== undefined) {
        for (let rank = 0; rank < sessions; rank++) writeInbound(inbound, rank * INBOUND_WORDS, FIRST_ACCOUNT + rank, t);
        manager.pushBatch(handles, INBOUND_OPCODE, payloads, INBOUND_BYTES);
      }
      t++;
      const fed = performance.now();
      const report = await manager.updateAllSessions(diffMs);
      times.tickUs = (performance.now() - start) * 1000;
      times.ingestUs = (fed - start) * 1000 + report.ingestUs;
      times.updateUs = report.updateUs;
      times.egressUs = report.egressUs;
      updates += report.sessions;
      if (report.faults.length > 0) throw report.faults[0].error;
    },
    totals(): FleetTotals {
      return {
        updates,
        packetsIn: total(handles, (handle) => handle.packetsIn),
        packetsOut: total(handles, (handle) => handle.packetsOut),
        dropped: total(handles, (handle) => handle.dropped),
        egressSum: egressSum >>> 0,
        checksum: checksumOf(handles.map((handle) => handle.state as StateOf<typeof fields>)),
      };
    },
    stats: () => scheduler.stats(),
    close: () => manager.shutdown(),
  };
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
