import type { FinalSession } from '../compare/contender.js';
import type { Columns } from './columns.js';

/** What is counted of packets, by rank. */
type PacketCounts = Readonly<Record<'packetsIn' | 'packetsOut' | 'bytesIn' | 'bytesOut', Uint32Array>>;

/** Every session of columns as it is now; `packets`: where workloads have any. */
export function* finalSessionsOf(columns: Columns, packets: PacketCounts | null | undefined): Generator<FinalSession> {
  const { count, updateCount, x, y, vx, vy, hp, targetX, targetY, rng } = columns;
  for (let i = 0; i < count; i++) {
    yield {
      updateCount: updateCount[i],
      x: x[i],
      y: y[i],
      vx: vx[i],
      vy: vy[i],
      hp: hp[i],
      targetX: targetX[i],
      targetY: targetY[i],
      rng: rng[i] >>> 0,
      packetsIn: packets?.packetsIn[i] ?? 0,
      packetsOut: packets?.packetsOut[i] ?? 0,
      bytesIn: packets?.bytesIn[i] ?? 0,
      bytesOut: packets?.bytesOut[i] ?? 0,
    };
  }
}
