import { describe, expect, it } from 'vitest';
import { privatePathIn, withoutPaths, withoutPathsIn, withoutThisMachine } from '../../src/report/private-paths.js';
import { syntheticResult } from './synthetic-result.js';

describe('paths of a machine', () => {
  it.each([
    ['--native /home/ada/native/build/botref', '--native …/botref'],
    ['--native=/srv/build/botref --rounds 9', '--native=…/botref --rounds 9'],
    ['at run (file:///Users/ada/bench/dist/cli.js:3:1)', 'at run (…/cli.js:3:1)'],
    ['cannot open ~/runs/a.json', 'cannot open …/a.json'],
    ['open /home/alice: no such file', 'open …: no such file'],
    ['open /Users/Jane Doe/x.json', 'open …/x.json'],
    ['open C:\\Users\\Jane Doe\\x', 'open …/x'],
    ['open C:/Users/alice/x', 'open …/x'],
    ['open \\\\server\\alice\\x', 'open …/x'],
    ["open '/Volumes/My Disk/alice/run.json'", "open '…/run.json'"],
    ['open /home/jörg/x', 'open …/x'],
    ['open /srv/jo\u0308rg/x', 'open …/x'],
    ['open ../../alice/run.json', 'open …/run.json'],
    ['open ..\\..\\alice\\run.json', 'open …/run.json'],
    ['module:/home/alice/x', 'module:…/x'],
    ['g++ -I/home/alice/include', 'g++ -I…/include'],
    ['cannot open "C:\\Users\\ada\\a.json"', 'cannot open "…/a.json"'],
  ])('are reduced to their last part: %s', (text, reduced) => {
    expect(withoutPaths(text)).toBe(reduced);
    expect(privatePathIn({ reason: [text] })).toBeDefined();
  });

  it.each([
    'updates/tick',
    'f32/f64 and/or W1',
    'https://github.com/tinylibs/tinypool',
    '12 / 5',
    '…/botref',
    'docs/workloads.md',
    'g++ 14.2.0',
  ])('are not seen in %s', (text) => {
    expect(withoutPaths(text)).toBe(text);
  });

  it.each([
    ['/Users/Jane Doe/x.json', '…/x.json'],
    ['--out=/Volumes/My Disk/alice/run.json', '--out=…/run.json'],
    ['C:\\Users\\Jane Doe', '…'],
    ['/srv/Doe, Jane/a.js,/srv/b.js', '…/a.js,…/b.js'],
    ['~/my runs/a.json', '…/a.json'],
  ])('of an argument have its spaces: %s', (argument, reduced) => {
    const leaking = syntheticResult(1, { command: ['compare', argument] });
    expect(privatePathIn(leaking)).toBe(argument);
    expect(withoutPathsIn(leaking).command).toEqual(['compare', reduced]);
    expect(privatePathIn(withoutPathsIn(leaking))).toBeUndefined();
  });

  it('are known to the machine itself: its user’s home and name, and the folder it is in', () => {
    const here = { home: '/alice', folder: '/bench 2', user: 'alice' };
    const leaking = syntheticResult(1, {
      command: ['compare', '--out', 'runs/alice/a.json', '--native=alice/botref', '--arms', 'alice-shared'],
      refused: [{ arm: 'floor@0', workload: null, reason: 'in /alice: /bench 2/mine.js failed, /alice-shared did not' }],
    });
    expect(withoutThisMachine(leaking, here)).toEqual({
      ...leaking,
      command: ['compare', '--out', 'runs/…/a.json', '--native=…/botref', '--arms', 'alice-shared'],
      refused: [{ arm: 'floor@0', workload: null, reason: 'in ~: …/mine.js failed, /alice-shared did not' }],
    });
  });

  it('are gone from all strings of a result, which is otherwise what it was', () => {
    const leaking = syntheticResult(1, { command: ['compare', '--native', '/home/ada/botref'] });
    expect(withoutPathsIn(leaking)).toEqual(syntheticResult(1, { command: ['compare', '--native', '…/botref'] }));
    expect(privatePathIn(withoutPathsIn(leaking))).toBeUndefined();
  });
});
