import { describe, expect, it } from 'vitest';
import { Patience } from '../../src/thread/patience.js';

const MOST_MS = 0.5;

describe('a worker between rounds', () => {
  it('sleeps at once when it has slept for long, or was woken for the first round of some', () => {
    const patience = new Patience(MOST_MS);
    expect(patience.untilMs(10)).toBe(10);
    patience.woke(100, 90, 1);
    expect(patience.untilMs(100)).toBe(100);
  });

  it('sleeps at once when it has slept as long as rounds may be apart', () => {
    const patience = new Patience(MOST_MS);
    patience.woke(100, 0.1, 1);
    patience.woke(101, MOST_MS, 1);
    expect(patience.untilMs(101)).toBe(101);
  });

  it.each([
    ['its sleep was shorter than that', 0.49, 1],
    ['two rounds were opened while it woke', 90, 2],
  ])('looks out as long as rounds may be apart when %s', (_, sleptMs, rounds) => {
    const patience = new Patience(MOST_MS);
    patience.woke(100, sleptMs, rounds);
    expect(patience.untilMs(100)).toBe(100 + MOST_MS);
  });

  it('looks out for 5 ms at a time, for 50 ms, when it has come into a series of rounds', () => {
    const patience = new Patience(MOST_MS);
    patience.woke(100, 90, 3);
    expect([patience.untilMs(100), patience.untilMs(149)]).toEqual([105, 154]);
    // As after a short sleep, from then on.
    expect(patience.untilMs(150)).toBe(150 + MOST_MS);
  });

  it('does so for as long anew when it has come into another series', () => {
    const patience = new Patience(MOST_MS);
    patience.woke(100, 90, 3);
    patience.woke(140, 0.1, 4);
    expect(patience.untilMs(189)).toBe(194);
  });

  it('does not do so within a second after it was in vain', () => {
    const patience = new Patience(MOST_MS);
    patience.woke(100, 90, 3);
    expect(patience.untilMs(148)).toBe(153);
    patience.wasInVain(153);
    expect(patience.untilMs(153)).toBe(153 + MOST_MS);
    patience.woke(1152, 1, 9);
    expect(patience.untilMs(1152)).toBe(1152 + MOST_MS);
    patience.woke(1153, 1, 3);
    expect(patience.untilMs(1153)).toBe(1158);
  });

  it('is not held to have been in vain by a short look', () => {
    const patience = new Patience(MOST_MS);
    patience.woke(100, 90, 2);
    patience.untilMs(100);
    patience.wasInVain(100 + MOST_MS);
    patience.woke(101, 0.5, 3);
    expect(patience.untilMs(101)).toBe(106);
  });

  it('never looks out where the caller runs no batches', () => {
    const patience = new Patience(0);
    patience.woke(100, 0.1, 9);
    expect(patience.untilMs(100)).toBe(100);
  });
});
