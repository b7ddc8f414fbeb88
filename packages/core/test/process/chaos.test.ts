import { describe, expect, it } from 'vitest';
import { run } from './run.js';

interface Told {
  ticks: number;
  kills: number;
  interrupted: number;
  fellAsleep: number;
  woke: number;
  compared: number;
  packets: Record<'pushed' | 'taken' | 'takenWhenInterrupted' | 'sent' | 'sentWhenInterrupted' | 'handedOut' | 'discarded', number>;
  problems: number;
  notes: string[];
}

describe.each([
  ['idle', 'resident', 1000, []],
  ['joins', 'resident', 400, []],
  ['idle', 'task', 400, []],
  ['idle', 'resident', 600, ['--hibernation']],
] as const)('a worker is killed every 25 ticks (caller %s, %s, %i ticks %j)', (caller, dispatch, ticks, more) => {
  it('no packet is lost, each interrupted session is reported once, and all others are as inline', async () => {
    const args = ['--caller', caller, '--dispatch', dispatch, '--ticks', String(ticks), '--every', '25', ...more];
    const told = await run<Told>(new URL('./chaos.mjs', import.meta.url), ...args);
    expect([told.problems, told.notes]).toEqual([0, []]);
    expect(told.ticks).toBeGreaterThan(ticks);
    expect(told.kills).toBeGreaterThan(3);
    expect(told.compared).toBeGreaterThan(0);
    expect(told.fellAsleep > 100 * ticks && told.woke === told.fellAsleep).toBe(more.length > 0);
    // Where the caller joins, it may run each session that would end its thread, and nothing happens.
    if (caller === 'idle') expect(Math.min(told.interrupted, told.packets.discarded)).toBeGreaterThan(0);
    const { pushed, taken, takenWhenInterrupted, sent, sentWhenInterrupted, handedOut, discarded } = told.packets;
    expect(taken + takenWhenInterrupted).toBe(pushed);
    expect(handedOut + discarded).toBe(sent + sentWhenInterrupted);
  }, 300_000);
});
