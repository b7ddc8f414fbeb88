import type { FleetOptions } from '../harness/fleet.js';
import { medianUpdateUs } from '../harness/median-update.js';
import { openFleet } from '../harness/run.js';
import { medianOf } from '../harness/series.js';

/** Something that is measured in turn with others: gives the ns of one session update, in one round. */
export interface Contender {
  readonly name: string;
  round(): Promise<number>;
  close(): Promise<void>;
}

/** What a contender came to, in ns per session update: one value a round. */
export type Rounds = ReadonlyMap<string, readonly number[]>;

const DEFAULTS = { diffMs: 100, workers: 0, batch: 64 } as const;

export type FleetChoice = Pick<FleetOptions, 'workload' | 'sessions' | 'arith' | 'form' | 'scheduler'> & Partial<FleetOptions>;

/** A fleet whose rounds are `ticks` ticks; a round's value is that of its median tick. */
export async function fleetContender(name: string, choice: FleetChoice, ticks: number, open = openFleet): Promise<Contender> {
  const fleet = await open({ ...DEFAULTS, ...choice });
  return {
    name,
    round: async () => (await medianUpdateUs(fleet, ticks)) * (1000 / choice.sessions),
    close: () => fleet.close(),
  };
}

/**
 * Rounds of all contenders in turn, so that whatever else the machine does falls on all alike. Some rounds go before and do not
 * count: code is compiled in them.
 */
export async function interleave(contenders: readonly Contender[], rounds: number, warmUpRounds: number): Promise<Rounds> {
  const results = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  try {
    for (let round = -warmUpRounds; round < rounds; round++) {
      for (const contender of contenders) {
        const ns = await contender.round();
        if (round >= 0) results.get(contender.name)?.push(ns);
      }
    }
  } finally {
    for (const contender of contenders) await contender.close();
  }
  return results;
}

/** Median over rounds of one contender's ns per session update. */
export function medianNs(rounds: Rounds, name: string): number {
  return medianOf(valuesOf(rounds, name));
}

/** Median over rounds of what one contender took as a multiple of another in the same round. */
export function medianRatio(rounds: Rounds, name: string, base: string): number {
  const bases = valuesOf(rounds, base);
  return medianOf(valuesOf(rounds, name).map((ns, round) => ns / bases[round]));
}

function valuesOf(rounds: Rounds, name: string): readonly number[] {
  const values = rounds.get(name);
  if (values === undefined) throw new RangeError(`no contender ${name} among ${[...rounds.keys()].join(', ')}`);
  return values;
}
