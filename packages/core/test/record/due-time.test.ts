import { describe, expect, it } from 'vitest';
import { setWakeTime } from '../../src/memory/timer-list.js';
import { nextDueTime } from '../../src/record/due-time.js';
import { armPeriod, armTimer } from '../../src/runtime/timers.js';
import { makeBlock } from '../memory/block-fixture.js';

describe('nextDueTime', () => {
  it('is never for a session that waits for nothing', () => {
    expect(nextDueTime(makeBlock().block, 0, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is the earliest of wake time, timers and periods', () => {
    const { block } = makeBlock();
    setWakeTime(block, 5, 9000);
    expect(nextDueTime(block, 5, 1000)).toBe(9000);
    armTimer(block, 5, 1000, 7000, 1);
    armTimer(block, 5, 1000, 7500, 2);
    expect(nextDueTime(block, 5, 1000)).toBe(8000);
    armPeriod(block, 5, 1000, 6000);
    expect(nextDueTime(block, 5, 1000)).toBe(7000);
    expect(nextDueTime(block, 4, 1000)).toBe(Number.POSITIVE_INFINITY);
  });

  it('passes over what was due before and has not been taken', () => {
    const { block } = makeBlock();
    setWakeTime(block, 0, 0);
    armTimer(block, 0, 0, 500, 1);
    armPeriod(block, 0, 0, 700);
    expect(nextDueTime(block, 0, 500)).toBe(700);
    expect(nextDueTime(block, 0, 700)).toBe(Number.POSITIVE_INFINITY);
  });
});
