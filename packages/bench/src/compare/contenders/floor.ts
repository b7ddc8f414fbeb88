import { START_MS } from '../../arithmetic/random.js';
import { type Columns, columnsOf } from '../../floor/columns.js';
import { deliver, handOver, type PacketColumns, packetColumnsOf } from '../../floor/rings.js';
import { moduleUrlOf, stepsOf, WORKLOADS, type Workload } from '../../workloads.js';
import type { Arm, ArmSetup, ComparedWorkload, Contender, FinalSession, PacketSink } from '../contender.js';

/** A workload's bare loop. */
interface FloorModule {
  update(columns: Columns, nowMs: number, diffMs: number, packets: PacketColumns | undefined): void;
}

export const FLOOR: Contender = {
  name: 'floor',
  title: 'a bare loop over typed arrays',
  kind: 'control',
  library: null,
  form: 'columns',
  workerShares: ['none'],
  justification:
    'A loop for each workload, in passes where that is faster, and nothing around it: what the arithmetic itself takes on one thread.',
  reasonAgainst: (workload) => (isOnFloor(workload) ? undefined : `the floor has no ${workload}`),
  open,
};

function isOnFloor(workload: ComparedWorkload): workload is Workload {
  return (WORKLOADS as readonly string[]).includes(workload);
}

async function open({ workload, arith, sessions, diffMs }: ArmSetup, sink: PacketSink): Promise<Arm> {
  if (!isOnFloor(workload)) throw new RangeError(`the floor has no ${workload}`);
  const { update } = (await import(moduleUrlOf('floor', workload, arith))) as FloorModule;
  const columns = columnsOf(sessions, (rank) => stepsOf(workload, rank, sessions));
  const packets = workload === 'W2' ? packetColumnsOf(sessions) : undefined;
  return {
    tick(t, inbound) {
      if (packets !== undefined && inbound !== null) deliver(packets, inbound);
      update(columns, START_MS + diffMs * (t + 1), diffMs, packets);
      if (packets !== undefined) handOver(packets, sink);
    },
    sessions: () => sessionsIn(columns, packets),
    async close() {},
  };
}

function* sessionsIn(columns: Columns, packets: PacketColumns | undefined): Generator<FinalSession> {
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
      rng: rng[i],
      packetsIn: packets?.packetsIn[i] ?? 0,
      packetsOut: packets?.packetsOut[i] ?? 0,
    };
  }
}
