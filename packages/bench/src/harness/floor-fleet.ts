import { START_MS } from '../arithmetic/random.js';
import { type Columns, columnsOf } from '../floor/columns.js';
import { collect, feed, type PacketColumns, packetColumnsOf } from '../floor/rings.js';
import { moduleUrlOf, stepsOf } from '../workloads.js';
import { type CheckedFields, checksumOf } from './checksum.js';
import type { Fleet, FleetOptions, FleetTotals, TickTimes } from './fleet.js';

/** A workload's bare loop. */
interface FloorModule {
  update(columns: Columns, nowMs: number, diffMs: number, packets: PacketColumns | undefined): void;
}

/** The floor: the same arithmetic and the same packets in a plain loop over typed arrays, and nothing else. */
export async function openFloorFleet({ workload, sessions, arith, diffMs, copy }: FleetOptions): Promise<Fleet> {
  const { update } = (await import(moduleUrlOf('floor', workload, arith, copy))) as FloorModule;
  const columns = columnsOf(sessions, (rank) => stepsOf(workload, rank, sessions));
  const packets = workload === 'W2' ? packetColumnsOf(sessions) : undefined;
  let ticks = 0;
  let egressSum = 0;

  return {
    tick(times: TickTimes): void {
      const start = performance.now();
      if (packets !== undefined) feed(packets, ticks);
      ticks++;
      const fed = performance.now();
      update(columns, START_MS + diffMs * ticks, diffMs, packets);
      const updated = performance.now();
      if (packets !== undefined) egressSum = (egressSum + collect(packets)) | 0;
      const end = performance.now();
      times.ingestUs = (fed - start) * 1000;
      times.updateUs = (updated - fed) * 1000;
      times.egressUs = (end - updated) * 1000;
      times.tickUs = (end - start) * 1000;
    },
    totals(): FleetTotals {
      return {
        updates: sum(columns.updateCount),
        packetsIn: sum(packets?.packetsIn),
        packetsOut: sum(packets?.packetsOut),
        dropped: sum(packets?.dropped),
        egressSum: egressSum >>> 0,
        checksum: checksumOf(sessionsIn(columns)),
      };
    },
    stats: () => undefined,
    async close() {},
  };
}

function sum(column: Uint32Array | undefined): number {
  return column?.reduce((total, value) => total + value, 0) ?? 0;
}

function* sessionsIn({ count, x, y, vx, vy, hp, targetX, targetY, rng }: Columns): Generator<CheckedFields> {
  for (let i = 0; i < count; i++) {
    yield { x: x[i], y: y[i], vx: vx[i], vy: vy[i], hp: hp[i], targetX: targetX[i], targetY: targetY[i], rng: rng[i] };
  }
}
