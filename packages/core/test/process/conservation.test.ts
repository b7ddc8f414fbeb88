import { describe, expect, it } from 'vitest';
import { run } from './run.js';

interface Told {
  ticks: number;
  comparisons: number;
  mostAsleep: number;
  fellAsleep: number;
  woke: number;
  packets: Record<'pushed' | 'handedOut' | 'full' | 'stale', number>;
  messagesDelivered: number;
  messagesUnknown: number;
  messagesFull: number;
  asked: number;
  upkeep: Record<'defragmentations' | 'layouts' | 'collections' | 'resizes' | 'movedSessions' | 'droppedBlocks', number>;
  kills: number;
  interrupted: number;
  deeds: Record<string, number>;
  problems: number;
  notes: string[];
}

/** CI has a step of its own for ten minutes of simulated time, and for an hour somebody has to be asked. */
const TICKS = 1500;

function conserve(...args: readonly string[]): Promise<Told> {
  return run<Told>(new URL('./conservation.mjs', import.meta.url), '--ticks', String(TICKS), ...args);
}

describe.each([
  ['raw', ['--store', 'slow', '--seed', '1']],
  ['inline', ['--store', 'deflate', '--record', '--seed', '2']],
] as const)('while sessions come, go, sleep, wake and are moved (%s %j)', (scheduler, more) => {
  it('each packet, message and answer is accounted for, each session in one state, and digests are equal to inline', async () => {
    const told = await conserve('--scheduler', scheduler, ...more);
    expect([told.problems, told.notes]).toEqual([0, []]);
    expect(told.ticks).toBeGreaterThan(TICKS);
    expect(told.comparisons).toBeGreaterThan(TICKS / 10);
    for (const figure of ['mostAsleep', 'fellAsleep', 'woke', 'messagesDelivered', 'messagesUnknown', 'messagesFull', 'asked'] as const) {
      expect(told[figure], figure).toBeGreaterThan(0);
    }
    for (const [figure, count] of Object.entries(told.packets))
      if (!figure.startsWith('discarded')) expect(count, figure).toBeGreaterThan(0);
    const { resizes, ...upkeep } = told.upkeep;
    for (const [figure, count] of Object.entries(upkeep)) expect(count, figure).toBeGreaterThan(0);
    expect(resizes > 0).toBe(scheduler === 'raw');
    expect(Object.keys(told.deeds).length).toBeGreaterThan(25);
  }, 300_000);
});

it('the same where workers are killed: those are named who were interrupted, all others are as inline', async () => {
  const told = await conserve('--kill-every', '50', '--seed', '3');
  expect([told.problems, told.notes]).toEqual([0, []]);
  expect(Math.min(told.kills, told.interrupted, told.fellAsleep)).toBeGreaterThan(0);
}, 300_000);
