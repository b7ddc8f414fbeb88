import { describe, expect, it } from 'vitest';
import { drain } from '../../src/dispatch/drain.js';
import type { PackedRange } from '../../src/memory/batch-range.js';
import { Gate, NO_BATCH } from '../../src/memory/gate.js';
import { type Act, everySchedule, interleave } from './gate-stage.js';

const gate = Gate.create();
const [FIRST, OTHER] = [0, 1];

/** Opens a round in which the two begin with these ranges. */
function open(batches: number, split: number): number {
  gate.disarm();
  for (const participant of [FIRST, OTHER]) gate.clear(participant);
  for (let batch = 0; batch < batches; batch++) gate.list(batch, batch);
  gate.give(FIRST, 0, split);
  gate.give(OTHER, split, batches);
  return gate.arm(batches, 2);
}

/** What a participant that is stepped by hand has in hand. */
interface Hand {
  batch: number;
  range: PackedRange | undefined;
  heardLast: number;
  readonly ran: number[];
}

/** Acts of the other participant, as `drain` puts them one after the other. */
const acts = {
  claim: (hand: Hand) => {
    hand.batch = gate.claim(OTHER);
  },
  take: (hand: Hand) => {
    hand.range = gate.takeHalf(OTHER);
  },
  keep: (hand: Hand) => {
    if (hand.range !== undefined) hand.batch = gate.keep(OTHER, hand.range);
    hand.range = undefined;
  },
  run: (hand: Hand) => {
    if (hand.batch === NO_BATCH) return;
    hand.ran.push(hand.batch);
    hand.batch = NO_BATCH;
    if (gate.countOff(1)) hand.heardLast++;
  },
  drain: (hand: Hand) => {
    if (drain(gate, OTHER, { runBatches: (begin) => hand.ran.push(begin) })) hand.heardLast++;
  },
} satisfies Record<string, (hand: Hand) => void>;

interface Scene {
  readonly batches: number;
  readonly split: number;
  readonly script: readonly (keyof typeof acts)[];
}

/** Plays a scene in every schedule; returns how many there were, and what each ended as, in words. */
function explore({ batches, split, script }: Scene, unswapped = false): { tried: number; outcomes: Map<string, number> } {
  const outcomes = new Map<string, number>();
  const tried = everySchedule(script.length, (before) => {
    open(batches, split);
    const hand: Hand = { batch: NO_BATCH, range: undefined, heardLast: 0, ran: [] };
    const others: Act[] = script.map((name) => () => acts[name](hand));
    const first = (): void => {
      if (drain(gate, FIRST, { runBatches: (begin) => hand.ran.push(begin) })) hand.heardLast++;
    };
    const operations = interleave(first, others, before, unswapped);
    const times = Array.from({ length: batches }, (_, batch) => hand.ran.filter((ran) => ran === batch).length);
    const lost = times.filter((count) => count === 0).length;
    const outcome = `${times.some((count) => count > 1) ? 'twice' : `lost ${lost}`}, last heard ${hand.heardLast}, drained ${gate.isDrained}`;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    return operations;
  });
  return { tried, outcomes };
}

const ALL_ONCE = 'lost 0, last heard 1, drained true';

describe('between any two atomic operations of a participant that drains, another may do its own, and each batch is run once', () => {
  it.each<[string, Scene]>([
    ['it claims from the range it was given', { batches: 4, split: 2, script: ['claim', 'run', 'claim', 'run', 'drain'] }],
    ['it is stolen from, and steals', { batches: 3, split: 3, script: ['take', 'keep', 'run', 'drain'] }],
    ['its only batch is stolen', { batches: 1, split: 1, script: ['take', 'keep', 'run', 'drain'] }],
    ['it steals from a participant that claims', { batches: 4, split: 0, script: ['claim', 'run', 'claim', 'run', 'drain'] }],
    ['it steals back what was stolen', { batches: 4, split: 4, script: ['take', 'keep', 'run', 'claim', 'run', 'drain'] }],
    ['it is stolen from twice', { batches: 2, split: 2, script: ['take', 'keep', 'run', 'take', 'keep', 'run', 'drain'] }],
  ])('%s', (_, scene) => {
    const { tried, outcomes } = explore(scene);
    expect(tried).toBeGreaterThan(20);
    expect([...outcomes.keys()]).toEqual([ALL_ONCE]);
  });
});

describe('a participant that dies', () => {
  it('between its swap and its own range’s store takes with it what it took, and the round is not drained', () => {
    const { outcomes } = explore({ batches: 3, split: 3, script: ['take'] });
    // Or it came when nothing was left.
    expect([...outcomes.keys()].sort()).toEqual([ALL_ONCE, 'lost 1, last heard 0, drained false', 'lost 2, last heard 0, drained false']);
  });

  it('behind that store takes with it the batch in hand alone: others take the rest', () => {
    const { outcomes } = explore({ batches: 3, split: 3, script: ['take', 'keep'] });
    expect(outcomes.has(ALL_ONCE)).toBe(true);
    expect(outcomes.has('lost 1, last heard 0, drained false')).toBe(true);
    expect([...outcomes.keys()].some((outcome) => outcome.startsWith('twice'))).toBe(false);
  });

  it('with a claimed batch leaves the round undrained, everything else run', () => {
    const { outcomes } = explore({ batches: 3, split: 1, script: ['claim'] });
    expect([...outcomes.keys()].sort()).toEqual([ALL_ONCE, 'lost 1, last heard 0, drained false']);
  });
});

describe('the exploration finds what it is for: where a swap does not compare, batches are run twice', () => {
  it.each<[string, Scene]>([
    ['by a claimer and a thief', { batches: 3, split: 3, script: ['take', 'keep', 'run', 'drain'] }],
    ['by a thief and a claimer', { batches: 4, split: 0, script: ['claim', 'run', 'claim', 'run', 'drain'] }],
  ])('%s', (_, scene) => {
    expect([...explore(scene, true).outcomes.keys()].some((outcome) => outcome.startsWith('twice'))).toBe(true);
  });
});

describe('whoever goes in while the gate is being closed is seen, or runs nothing', () => {
  function meet(order: 'worker first' | 'host first'): Set<string> {
    const met = new Set<string>();
    everySchedule(2, (before) => {
      open(1, 1);
      let round = 0;
      let isSeen = false;
      const enter = (): void => {
        round = gate.enter(OTHER);
      };
      const disarm = (): void => gate.disarm();
      const look = (): void => {
        isSeen = gate.isInside(OTHER);
      };
      const operations =
        order === 'worker first'
          ? interleave(enter, [disarm, look], before)
          : interleave(
              () => {
                disarm();
                look();
              },
              [enter, () => {}],
              before,
            );
      met.add(`${round === 0 ? 'runs nothing' : 'has a round'}, ${isSeen ? 'seen' : 'not seen'}`);
      return operations;
    });
    return met;
  }

  it.each(['worker first', 'host first'] as const)('%s', (order) => {
    const met = meet(order);
    expect(met).toContain('has a round, seen');
    expect(met).toContain('runs nothing, not seen');
    expect(met).not.toContain('has a round, not seen');
  });
});

describe('nobody sleeps through what it waits for, wherever that comes between its looks', () => {
  /** Waits as `wait` does, with `event` in every place between its operations: the promise, where there is one, settles. */
  async function everyPlace(prepare: () => number, wait: (round: number) => Promise<unknown> | undefined, event: (round: number) => void) {
    const waits: (Promise<unknown> | undefined)[] = [];
    const tried = everySchedule(1, (before) => {
      const round = prepare();
      return interleave(
        () => {
          waits.push(wait(round));
        },
        [() => event(round)],
        before,
      );
    });
    await Promise.all(waits);
    return { tried, slept: waits.filter((waited) => waited !== undefined).length };
  }

  it('the host for a round’s end', async () => {
    const prepare = (): number => {
      const round = open(1, 1);
      gate.claim(FIRST);
      return round;
    };
    const { tried, slept } = await everyPlace(
      prepare,
      (round) => gate.whenDrained(round),
      (round) => {
        gate.countOff(1);
        gate.drained(round);
      },
    );
    expect([tried, slept]).toEqual([4, 1]);
  });

  it('the host for a participant’s coming out', async () => {
    const prepare = (): number => {
      open(1, 1);
      return gate.enter(OTHER);
    };
    const { tried, slept } = await everyPlace(
      prepare,
      () => gate.whenOutside(OTHER),
      () => gate.exit(OTHER),
    );
    expect([tried, slept]).toEqual([2, 1]);
  });

  it('a worker for the next round, from when it has read the last one’s number', async () => {
    const prepare = (): number => open(1, 1);
    const { tried, slept } = await everyPlace(
      prepare,
      () => {
        const { epoch } = gate;
        gate.exit(OTHER);
        return gate.whenPast(epoch);
      },
      () => {
        gate.arm(1, 2);
        gate.wake();
      },
    );
    expect(tried).toBe(4);
    expect(slept).toBeGreaterThan(0);
  });
});
