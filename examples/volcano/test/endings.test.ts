import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { endOnSignals } from '../src/endings.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it.each(['SIGINT', 'SIGTERM'] as const)('the first %s asks for the end, and only once if it comes twice within a second', (signal) => {
  const target = new EventEmitter();
  const end = vi.fn();
  endOnSignals(target, end);
  expect(end).not.toHaveBeenCalled();
  target.emit(signal);
  vi.advanceTimersByTime(999);
  target.emit(signal);
  expect(end).toHaveBeenCalledOnce();
  expect(target.listenerCount(signal)).toBe(1);
});

it('a second after the first signal nothing listens any more, so that the next one ends the process the hard way', () => {
  const target = new EventEmitter();
  endOnSignals(target, () => {});
  target.emit('SIGINT');
  vi.advanceTimersByTime(1000);
  expect([target.listenerCount('SIGINT'), target.listenerCount('SIGTERM')]).toEqual([0, 0]);
});
