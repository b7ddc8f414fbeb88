import { ManualClock } from '@dormouse/core/testing';
import { describe, expect, it } from 'vitest';
import { failure } from '../manager/test-manager.js';

describe('ManualClock', () => {
  it('stands still until it is advanced', () => {
    const clock = new ManualClock();
    expect(clock.now()).toBe(0);
    clock.advance(12.5);
    clock.advance(0);
    expect(clock.now()).toBe(12.5);
  });

  it('calls back by time, then in the order they were set, each at its own time', () => {
    const clock = new ManualClock();
    const calls: [name: string, nowMs: number][] = [];
    const alarm = (name: string) => () => void calls.push([name, clock.now()]);
    clock.setTimeout(alarm('late'), 30);
    clock.setTimeout(alarm('first'), 10);
    clock.setTimeout(alarm('second'), 10);
    clock.setTimeout(alarm('never'), 1000);
    clock.clearTimeout(clock.setTimeout(alarm('cleared'), 5));
    clock.advance(50);
    expect(calls).toEqual([
      ['first', 10],
      ['second', 10],
      ['late', 30],
    ]);
    expect(clock.now()).toBe(50);
    clock.advance(949);
    expect(calls).toHaveLength(3);
    clock.advance(1);
    expect(calls[3]).toEqual(['never', 1000]);
  });

  it('calls back what callbacks set, as far as it is advanced; what they throw comes through and the rest waits', () => {
    const clock = new ManualClock();
    const times: number[] = [];
    const again = (): void => {
      times.push(clock.now());
      clock.setTimeout(again, 10);
    };
    again();
    clock.advance(35);
    expect(times).toEqual([0, 10, 20, 30]);
    clock.setTimeout(() => {
      throw new Error('mistake');
    }, 1);
    expect(() => clock.advance(100)).toThrow('mistake');
    expect(clock.now()).toBe(36);
    clock.advance(4);
    expect(times).toEqual([0, 10, 20, 30, 40]);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to be advanced by %f', (ms) => {
    expect(() => new ManualClock().advance(ms)).toThrow(failure('ERR_INVALID_ARGUMENT', `ms must be a finite number ≥ 0: got ${ms}`));
  });
});
