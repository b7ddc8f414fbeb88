import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseArguments, usualScheduler } from '../src/options.js';

describe('options', () => {
  it('default to a thousand bots for 20 seconds at 10 ticks a second, on worker threads where there are cores for them', () => {
    expect([1, 2, 64].map(usualScheduler)).toEqual(['inline', 'tinypool', 'tinypool']);
    expect(parseArguments([]).options).toEqual({
      sessions: 1000,
      duration: 20,
      tickRate: 10,
      seed: 42,
      timeLapse: 20,
      scheduler: usualScheduler(availableParallelism()),
      output: 'volcano.svg',
      quiet: false,
    });
  });

  it('are taken as given', () => {
    const args =
      '--sessions 5000 --duration=60 --tick-rate 20 --seed 7 --time-lapse 1 --scheduler ./mine.mjs --workers 3 --caller joins --output a.svg --quiet --record a.rec';
    expect(parseArguments(args.split(' ')).options).toEqual({
      sessions: 5000,
      duration: 60,
      tickRate: 20,
      seed: 7,
      timeLapse: 1,
      scheduler: './mine.mjs',
      workers: 3,
      caller: 'joins',
      output: 'a.svg',
      quiet: true,
      record: 'a.rec',
    });
  });

  it('that are refused name the option, the range and the value, with exit code 2', () => {
    const refused: [string, string][] = [
      ['--sessions 0', 'must be a whole number 1…100000: got "0"'],
      ['--sessions 100001', 'must be a whole number 1…100000: got "100001"'],
      ['--sessions many', 'must be a whole number 1…100000: got "many"'],
      ['--duration 0', 'must be a whole number 1…86400: got "0"'],
      ['--duration 1e3', 'must be a whole number 1…86400: got "1e3"'],
      ['--tick-rate 101', 'must be a whole number 1…100: got "101"'],
      ['--seed 4294967296', 'must be a whole number 0…4294967295: got "4294967296"'],
      ['--time-lapse -1', 'must be a whole number 1…60: got "-1"'],
      ['--output /nowhere/map.svg', 'must be a file in a folder that can be written to: got "/nowhere/map.svg"'],
      ['--output .', 'must be a file in a folder that can be written to: got "."'],
      ['--workers 2.5', 'must be a whole number 0…255: got "2.5"'],
      ['--workers 256', 'must be a whole number 0…255: got "256"'],
      ['--caller maybe', 'Allowed choices are joins, idle'],
    ];
    for (const [args, words] of refused) {
      const parsed = parseArguments(args.split(' '));
      expect(parsed).toMatchObject({ exitCode: 2, message: expect.stringContaining(args.split(' ')[0]) });
      expect(parsed).toMatchObject({ message: expect.stringContaining(words) });
    }
  });

  it('that are unknown, lack their value, or are not options at all are refused with exit code 2', () => {
    expect(parseArguments(['--session', '5'])).toMatchObject({ exitCode: 2, message: expect.stringContaining('--sessions') });
    expect(parseArguments(['--seed'])).toMatchObject({ exitCode: 2, message: expect.stringContaining('--seed') });
    expect(parseArguments(['--record', 'a', '--replay', 'b'])).toMatchObject({ exitCode: 2, message: expect.stringContaining('--record') });
    expect(parseArguments(['--store', 'a', '--record', 'b'])).toMatchObject({ exitCode: 2, message: expect.stringContaining('--record') });
    expect(parseArguments(['1000'])).toMatchObject({ exitCode: 2, message: expect.stringContaining('too many arguments') });
  });

  it('are all listed by --help, with their ranges and defaults', () => {
    const parsed = parseArguments(['--help']);
    expect(parsed).toMatchObject({ exitCode: 0 });
    for (const words of [
      '--sessions',
      '1 to 100000',
      '--duration',
      '--tick-rate',
      '--seed',
      '--scheduler',
      'inline, tinypool, poolifier, threads',
      '--workers',
      '0 to 255',
      '--caller',
      '"joins", "idle"',
      '--output',
      '--quiet',
      '--store',
      '--record',
      '--replay',
    ]) {
      expect(parsed).toMatchObject({ message: expect.stringContaining(words) });
    }
  });
});
