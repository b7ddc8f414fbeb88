import type { OwnBelongings } from '../arithmetic/items.js';
import { START_MS } from '../arithmetic/random.js';
import { HOTSPOT_TICKS, stepsInHotspot } from '../arithmetic/skew.js';
import type { FinalSession, InboundPackets } from '../compare/contender.js';
import { type Arith, moduleUrlOf, stepsOf, type Workload } from '../workloads.js';
import { type Awake, awakeOf, putToSleep, wake } from './awake.js';
import { type Columns, columnsOf } from './columns.js';
import { finalSessionsOf } from './final-sessions.js';
import { deliver, type PacketColumns, packetColumnsOf } from './rings.js';

export interface FloorOptions {
  readonly workload: Workload;
  readonly arith: Arith;
  readonly sessions: number;
  readonly diffMs: number;
  readonly copy?: string;
}

/** What a workload has beside its columns and its loop. */
interface Parts {
  /** What the loop works on as well. */
  readonly own?: PacketColumns | Awake | readonly OwnBelongings[];
  readonly packets?: PacketColumns;
  readonly belongings?: readonly OwnBelongings[];
  /** Before tick t. */
  before?(t: number, inbound: InboundPackets | null): void;
  /** After it. */
  after?(t: number, nowMs: number): void;
}

/** A workload's bare loop. */
interface FloorModule {
  update(columns: Columns, nowMs: number, diffMs: number, own: Parts['own']): void;
}

/** Sessions in columns, or in W5 plain objects, and one loop over them; nothing else. Whoever drives it calls `before`, `update` and `after`, in each tick. */
export interface Floor {
  readonly columns: Columns;
  readonly packets: PacketColumns | undefined;
  /** Puts the packets of tick t into rings. */
  before(t: number, inbound: InboundPackets | null): void;
  update(t: number): void;
  after(t: number): void;
  sessions(): Iterable<FinalSession>;
}

export async function openFloor({ workload, arith, sessions, diffMs, copy }: FloorOptions): Promise<Floor> {
  const { update } = (await import(moduleUrlOf('floor', workload, arith, copy))) as FloorModule;
  const columns = columnsOf(sessions, (rank) => stepsOf(workload, rank, sessions));
  const parts = partsOf(workload, columns);
  const { own, packets } = parts;
  const nowMs = (t: number): number => START_MS + diffMs * (t + 1);
  return {
    columns,
    packets,
    before: (t, inbound) => parts.before?.(t, inbound),
    update: (t) => update(columns, nowMs(t), diffMs, own),
    after: (t) => parts.after?.(t, nowMs(t)),
    sessions: () => sessionsIn(columns, parts),
  };
}

function partsOf(workload: Workload, { count, repeat }: Columns): Parts {
  if (workload === 'W2') {
    const packets = packetColumnsOf(count);
    return { own: packets, packets, before: (_t, inbound) => inbound !== null && deliver(packets, inbound) };
  }
  if (workload === 'W5') {
    const belongings = Array.from({ length: count }, (): OwnBelongings => ({ title: '', inventory: new Map(), journal: [] }));
    return { own: belongings, belongings };
  }
  if (workload === 'W7') {
    // The loop reads how many steps to make: they are written anew whenever the hotspot has moved.
    return {
      before(t) {
        if (t % HOTSPOT_TICKS === 0) for (let rank = 0; rank < count; rank++) repeat[rank] = stepsInHotspot(rank, t, count);
      },
    };
  }
  if (workload === 'W8') {
    const packets = packetColumnsOf(count);
    const awake = awakeOf(packets, count);
    return {
      own: awake,
      packets,
      before(_t, inbound) {
        if (inbound === null) return;
        deliver(packets, inbound);
        wake(awake, inbound);
      },
      after: (t, nowMs) => putToSleep(awake, t, nowMs),
    };
  }
  return {};
}

function* sessionsIn(columns: Columns, { packets, belongings }: Parts): Generator<FinalSession> {
  let i = 0;
  for (const session of finalSessionsOf(columns, packets))
    yield belongings === undefined ? session : { ...session, belongings: belongings[i++] };
}
