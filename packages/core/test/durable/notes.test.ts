import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { noteClock, noteFormat, readNotes } from '../../src/manager/durable/notes.js';
import { Disk, DiskStore } from './disk-fixture.js';

const FORMAT = JSON.stringify({ version: 1, dormouse: '1.2.3', createdAt: '2026-01-01T00:00:00.000Z', seed: 7 });

describe('notes', () => {
  it('are read as they were written', () => {
    const disk = new Disk();
    const store = new DiskStore(disk);
    store.open({} as never);
    noteFormat(store.durable, 0xffff_ffff);
    const clock = {
      tick: 12,
      nowMs: 1200.5,
      incarnations: -3,
      savedAt: 1_700_000_000_123,
      sinceTick: 8,
      checkpointTick: 9,
      earlier: [{ checkpointTick: 7 }],
    };
    noteClock(store.durable, clock);
    store.durable.note('shapes', '[]');
    store.close();
    const notes = readNotes('disk', disk.notes);
    expect(notes?.format).toMatchObject({ version: 1, dormouse: manifest.version, seed: 0xffff_ffff });
    expect(notes?.clock).toEqual(clock);
    expect(notes?.shapes).toBe('[]');
  });

  it('are none where no manager has had the store, and without a clock where nothing was stored', () => {
    expect(readNotes('disk', new Map())).toBeUndefined();
    expect(readNotes('disk', new Map([['format', FORMAT]]))).toEqual({ format: JSON.parse(FORMAT), clock: undefined, shapes: undefined });
  });

  it.each([
    ['no JSON', { format: '{' }, /note "format" is no JSON: got "\{"$/],
    ['no object', { format: '7' }, /note "format" is no object: got "7"$/],
    [
      'another format',
      { format: '{"version":2,"dormouse":"9.9.9"}' },
      /its format must be 1, .*: got 2, written by @dormouse\/core 9\.9\.9$/,
    ],
    ['no seed', { format: '{"version":1}' }, /the seed in note "format" must be an integer 0…4294967295: got undefined$/],
    ['a clock without a tick', { format: FORMAT, clock: '{"nowMs":1,"incarnations":1}' }, /note "clock" must have tick, nowMs/],
    ['a clock before the first tick', { format: FORMAT, clock: '{"tick":-1,"nowMs":1,"incarnations":1}' }, /note "clock" must have/],
    [
      'a clock of a run that began at no tick',
      { format: FORMAT, clock: '{"tick":1,"nowMs":1,"incarnations":1,"sinceTick":"1"}' },
      /the ticks of/,
    ],
    [
      'a clock of runs that are none',
      { format: FORMAT, clock: '{"tick":1,"nowMs":1,"incarnations":1,"earlier":[{"checkpointTick":0.5}]}' },
      /the ticks of/,
    ],
    ['a clock without a time', { format: FORMAT, clock: '{"tick":1,"nowMs":null,"incarnations":1}' }, /note "clock" must have/],
  ])('are refused with %s', (_what, notes, message) => {
    expect(() => readNotes('disk', new Map(Object.entries(notes as Record<string, string>)))).toThrow(message);
  });
});
