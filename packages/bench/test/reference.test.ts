import { describe, expect, it } from 'vitest';
import { hotspotWidth, MANY_STEPS } from '../src/arithmetic/skew.js';
import { COMPARED_WORKLOADS } from '../src/compare/contender.js';
import { EXPECTED } from '../src/harness/expected-checksums.js';
import { inboundOf } from '../src/harness/inbound.js';
import { openReference } from '../src/reference/reference.js';
import { isAwake, stepsAt } from '../src/workloads.js';

const hex = (word: number): string => word.toString(16).padStart(8, '0');

/** Followed to the end where that takes a second; W4 as far as that. */
const LAST = { W0: 1000, W1: 1000, W2: 1000, W3: 1000, W4: 50, W5: 1000, W6: 600, W7: 600, W8: 1000 } as const;

describe('the reference implementation', () => {
  for (const { workload, ariths, sessions, after } of EXPECTED.filter((row) => row.sessions === 1000)) {
    const counts = Object.keys(after).map(Number);
    const ticks = counts.filter((count) => count <= LAST[workload]);
    it.each(ariths)(`${workload} of ${sessions} sessions gives the expected checksums at ${ticks} ticks in %s`, (arith) => {
      const reference = openReference({ workload, arith, sessions, diffMs: 100 });
      for (const count of ticks) {
        while (reference.ticks < count) reference.tick();
        const found = workload === 'W2' ? `${hex(reference.checksum())}/${hex(reference.egressSum())}` : hex(reference.checksum());
        expect([count, found]).toEqual([count, after[count]]);
      }
    });
  }

  it.each(COMPARED_WORKLOADS)('%s: it updates whom isAwake says, and receives what inboundOf sends', (workload) => {
    const sessions = 23;
    const reference = openReference({ workload, arith: 'f64', sessions, diffMs: 100 });
    const inbound = inboundOf(workload, sessions);
    let updates = 0;
    let packets = 0;
    for (let t = 0; t < 450; t++) {
      for (let rank = 0; rank < sessions; rank++) if (isAwake(workload, rank, t)) updates++;
      packets += inbound(t)?.count ?? 0;
      reference.tick();
      expect([t, reference.updates(), reference.packetsIn()]).toEqual([t, updates, packets]);
    }
    expect(reference.packetsOut()).toBe(workload === 'W2' ? updates : 0);
  });

  it('gives every session by account, with what it has in W5 alone', () => {
    for (const workload of ['W1', 'W5'] as const) {
      const reference = openReference({ workload, arith: 'f64', sessions: 3, diffMs: 100 });
      for (let t = 0; t < 20; t++) reference.tick();
      const found = [...reference.sessions()];
      expect(found.map(({ updateCount }) => updateCount)).toEqual([20, 20, 20]);
      for (const { belongings } of found) expect(belongings?.journal.length).toBe(workload === 'W5' ? 16 : undefined);
    }
  });
});

describe('the packets of the driver', () => {
  it('of W8 go to every tenth, another tenth in each phase, and have the words of W2', () => {
    const [all, tenth] = [inboundOf('W2', 25), inboundOf('W8', 25)];
    const received = new Map<number, number>();
    for (let t = 0; t < 200; t++) {
      const packets = tenth(t);
      if (packets === null) continue;
      const words = all(t)?.words;
      for (const [i, rank] of [...(packets.ranks ?? [])].entries()) {
        received.set(rank, (received.get(rank) ?? 0) + 1);
        expect(packets.words.slice(i * 8, i * 8 + 8)).toEqual(words?.slice(rank * 8, rank * 8 + 8));
      }
    }
    expect([...received.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, rank) => rank));
    expect(new Set(received.values())).toEqual(new Set([1]));
  });
});

describe('the steps of the skewed workloads', () => {
  it('of W7 are many for as many sessions as the hotspot has, and one for the others', () => {
    for (const [sessions, t] of [
      [1, 0],
      [49, 5],
      [1000, 37],
      [5000, 123_456],
    ]) {
      const steps = Array.from({ length: sessions }, (_, rank) => stepsAt('W7', rank, t, sessions));
      expect(steps.filter((count) => count === MANY_STEPS)).toHaveLength(hotspotWidth(sessions));
      expect(steps.filter((count) => count === 1)).toHaveLength(sessions - hotspotWidth(sessions));
    }
  });

  it('of W6 are a power of two up to 4096, each half as frequent as the one before', () => {
    const counts = new Map<number, number>();
    for (let rank = 0; rank < 65_536; rank++)
      counts.set(stepsAt('W6', rank, 0, 65_536), (counts.get(stepsAt('W6', rank, 0, 65_536)) ?? 0) + 1);
    expect(Math.max(...counts.keys())).toBe(4096);
    for (let exponent = 0; exponent < 8; exponent++) {
      expect((counts.get(2 ** exponent) ?? 0) / 65_536).toBeCloseTo(2 ** -(exponent + 1), 2);
    }
  });
});
