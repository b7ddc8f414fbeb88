import { type Fleet, noTimes } from '../harness/fleet.js';

/** A fleet of a size, and how many ticks it runs before the others are at it again. */
export interface SizedFleet {
  readonly sessions: number;
  readonly fleet: Fleet;
  readonly ticksARound: number;
  /** Called before each round of it. */
  beginRound?(): void;
}

/**
 * Times of whole ticks, µs, by size: rounds of all fleets in turn, so that whatever else the machine does falls on all alike. Some rounds go before and do not
 * count: code is compiled in them.
 */
export async function tickTimesUs(fleets: readonly SizedFleet[], rounds: number, warmUpRounds: number): Promise<TickTimesBySize> {
  const bySize = new Map<number, number[]>(fleets.map(({ sessions }) => [sessions, []]));
  const times = noTimes();
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const sized of fleets) {
      const { sessions, fleet, ticksARound } = sized;
      sized.beginRound?.();
      for (let tick = 0; tick < ticksARound; tick++) {
        await fleet.tick(times);
        if (round >= 0) bySize.get(sessions)?.push(times.tickUs);
      }
    }
  }
  return bySize;
}

export type TickTimesBySize = ReadonlyMap<number, readonly number[]>;

/** Of all its ticks: what else runs on the machine only adds to one. */
export function fastestUs(times: TickTimesBySize, sessions: number): number {
  return Math.min(...(times.get(sessions) ?? []));
}
