import { describe, expect, it } from 'vitest';
import { recoveryOf, worstOf } from '../src/compare/recovery.js';
import { loseThread, marksOf, type SessionMarks, type ThreadLoss } from '../src/compare/thread-loss.js';
import { openReference } from '../src/reference/reference.js';

const SETUP = { workload: 'W1', arith: 'f64', sessions: 10, diffMs: 100 } as const;
const BEFORE = 5;

/** Sessions as they are after so many updates each. */
function marksAfter(updates: readonly number[]): SessionMarks {
  const reference = openReference(SETUP);
  const updateCounts = Uint32Array.from(updates);
  const checksums = new Uint32Array(updates.length);
  for (let ticks = 0; ticks <= Math.max(...updates); ticks++) {
    const now = marksOf(reference.sessions()).checksums;
    for (const [rank, count] of updates.entries()) if (count === ticks) checksums[rank] = now[rank];
    reference.tick();
  }
  return { updateCounts, checksums };
}

const all = (count: number): number[] => Array.from({ length: SETUP.sessions }, () => count);

/** Ten ticks that ended, after which the sessions are as if each had had so many updates. */
function lossTo(updates: readonly number[], other: Partial<ThreadLoss> = {}): ThreadLoss {
  const tickEndsMs = Array.from({ length: 10 }, (_, index) => 100 + index);
  return {
    before: marksAfter(all(BEFORE)),
    ended: true,
    after: marksAfter(updates),
    tickEndsMs,
    putAside: [],
    rejected: 0,
    hung: false,
    ...other,
  };
}

describe('after a thread has ended', () => {
  it('all is whole where every session had every tick', () => {
    expect(recoveryOf(lossTo(all(15)), SETUP)).toEqual({ ms: 100, outcome: { kind: 'whole', sessions: 0 } });
  });

  it('ticks that ended without all sessions count as time', () => {
    const updates = all(15).with(3, 13);
    expect(recoveryOf(lossTo(updates), SETUP)).toEqual({ ms: 102, outcome: { kind: 'whole', sessions: 0 } });
  });

  it('who is updated no more is lost, unless the arm has named it as put aside: then its update may be half done', () => {
    const updates = all(15).with(3, BEFORE);
    expect(recoveryOf(lossTo(updates), SETUP)).toEqual({ ms: 100, outcome: { kind: 'lost', sessions: 1 } });
    expect(recoveryOf(lossTo(updates, { putAside: [4] }), SETUP).outcome.kind).toBe('lost');
    const after = marksAfter(updates);
    after.checksums[3] ^= 1;
    const named = lossTo(updates, { putAside: [3], after });
    expect(recoveryOf(named, SETUP)).toEqual({ ms: 100, outcome: { kind: 'quarantined', sessions: 1 } });
  });

  it('ticks from before the thread was gone hide none that ended without all sessions', () => {
    expect(recoveryOf(lossTo(all(18).with(3, 16)), SETUP)).toEqual({ ms: 102, outcome: { kind: 'whole', sessions: 0 } });
  });

  it('who has begun anew is lost', () => {
    const updates = all(15).with(3, 4).with(7, 0);
    expect(recoveryOf(lossTo(updates), SETUP)).toEqual({ ms: 100, outcome: { kind: 'lost', sessions: 2 } });
  });

  it('who has its count, and not the state that goes with it, is lost', () => {
    const after = marksAfter(all(15));
    after.checksums[4] ^= 1;
    expect(recoveryOf(lossTo(all(15), { after }), SETUP)).toEqual({ ms: 100, outcome: { kind: 'lost', sessions: 1 } });
  });

  it.each([
    ['hung', 'a tick does not end', { hung: true, after: null, tickEndsMs: [] }],
    ['failed', 'every tick is rejected', { tickEndsMs: [], rejected: 10 }],
    ['lost', 'the sessions cannot be read', { after: null }],
    ['lost', 'sessions are missing', { after: marksAfter([15, 15]) }],
  ] as const)('all is %s where %s', (kind, _, other) => {
    expect(recoveryOf(lossTo(all(15), other), SETUP)).toEqual({ ms: undefined, outcome: { kind, sessions: 10 } });
  });

  it('nothing is said where no thread could be made to end, and what is known of another time counts', () => {
    const unended = recoveryOf(lossTo([], { ended: false, after: null, tickEndsMs: [] }), SETUP);
    expect(unended).toEqual({ ms: undefined, outcome: { kind: 'unended', sessions: 0 } });
    expect(worstOf([unended, { ms: 1, outcome: { kind: 'whole', sessions: 0 } }])).toEqual({ kind: 'whole', sessions: 0 });
  });

  it.each([
    ['takes longer than its bound', () => new Promise<void>(() => {})],
    ['is refused', () => Promise.reject(new Error('no thread'))],
  ])('a death that %s is told as none', async (_, killThread) => {
    const reference = openReference(SETUP);
    const arm = { tick: () => reference.tick(), sessions: () => reference.sessions(), close: async () => {}, killThread };
    expect(await loseThread(arm, 0, 1)).toMatchObject({ ended: false, tickEndsMs: [] });
    expect(reference.ticks).toBe(0);
  });

  it('of several times the worst counts', () => {
    const of = (kind: 'whole' | 'quarantined' | 'lost', sessions: number) => ({ ms: 1, outcome: { kind, sessions } });
    expect(worstOf([of('whole', 0), of('lost', 1), of('lost', 2), of('quarantined', 5)])).toEqual({ kind: 'lost', sessions: 2 });
  });
});
