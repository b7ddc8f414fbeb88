import { START_MS } from '../arithmetic/random.js';
import { isIdle, isLookTick } from '../arithmetic/sleep.js';
import type { InboundPackets } from '../compare/contender.js';
import type { PacketColumns } from './rings.js';

/** W8's columns beside those every workload has: who is awake. */
export interface Awake {
  readonly packets: PacketColumns;
  /** Ranks that are awake, `count` of them. */
  readonly ranks: Uint32Array;
  count: number;
  /** 1 for each rank that is among them. */
  readonly flags: Uint8Array;
  /** Simulated time of the tick that drained the last packet. */
  readonly lastPacketMs: Float64Array;
}

/** All are awake. */
export function awakeOf(packets: PacketColumns, count: number): Awake {
  return {
    packets,
    ranks: Uint32Array.from({ length: count }, (_, rank) => rank),
    count,
    flags: new Uint8Array(count).fill(1),
    lastPacketMs: new Float64Array(count).fill(START_MS),
  };
}

/** These have a packet: whoever slept is awake. */
export function wake(awake: Awake, { ranks: receivers, count }: InboundPackets): void {
  const { ranks, flags } = awake;
  for (let i = 0; i < count; i++) {
    const rank = receivers === null ? i : receivers[i];
    if (flags[rank] === 1) continue;
    flags[rank] = 1;
    ranks[awake.count++] = rank;
  }
}

/** Tick t has ended: whoever is idle falls asleep. */
export function putToSleep(awake: Awake, t: number, nowMs: number): void {
  if (!isLookTick(t)) return;
  const { ranks, flags, lastPacketMs, count } = awake;
  let kept = 0;
  for (let k = 0; k < count; k++) {
    const rank = ranks[k];
    if (isIdle(nowMs, lastPacketMs[rank])) flags[rank] = 0;
    else ranks[kept++] = rank;
  }
  awake.count = kept;
}
