import { openFloor } from '../floor/floor.js';
import { collect } from '../floor/rings.js';
import { checksumOf } from './checksum.js';
import type { Fleet, FleetOptions, FleetTotals, TickTimes } from './fleet.js';
import { inboundOf } from './inbound.js';

/** The floor: the same arithmetic and the same packets in a plain loop over typed arrays, or over plain objects, and nothing else. */
export async function openFloorFleet(options: FleetOptions): Promise<Fleet> {
  const { workload, sessions } = options;
  const floor = await openFloor(options);
  const inbound = inboundOf(workload, sessions);
  const { columns, packets } = floor;
  const sends = workload === 'W2' ? packets : undefined;
  const updates = (): number => sum(columns.updateCount);
  let t = 0;
  let egressSum = 0;

  return {
    tick(times: TickTimes): void {
      const start = performance.now();
      floor.before(t, inbound(t));
      const fed = performance.now();
      floor.update(t);
      const updated = performance.now();
      floor.after(t);
      if (sends !== undefined) egressSum = (egressSum + collect(sends)) | 0;
      const end = performance.now();
      t++;
      times.ingestUs = (fed - start) * 1000;
      times.updateUs = (updated - fed) * 1000;
      times.egressUs = (end - updated) * 1000;
      times.tickUs = (end - start) * 1000;
    },
    updates,
    totals(): FleetTotals {
      return {
        updates: updates(),
        packetsIn: sum(packets?.packetsIn),
        packetsOut: sum(packets?.packetsOut),
        dropped: sum(packets?.dropped),
        egressSum: egressSum >>> 0,
        checksum: checksumOf(floor.sessions()),
      };
    },
    stats: () => undefined,
    async close() {},
  };
}

function sum(column: Uint32Array | undefined): number {
  return column?.reduce((total, value) => total + value, 0) ?? 0;
}
