import { describe, expect, it } from 'vitest';
import { duration, type Figures, grouped, readings } from '../src/figures.js';
import { loadMaungaWhau } from '../src/terrain.js';
import { Trails } from '../src/trails.js';
import { openView, type Screen } from '../src/view.js';

const terrain = loadMaungaWhau();
const figures: Figures = {
  threads: { scheduler: 'tinypool', workers: 2, mainRuns: false, steals: 4321, replacedThreads: 0 },
  ticks: 1050,
  elapsedSeconds: 5,
  durationSeconds: 20,
  activeSessions: 1000,
  hibernatedSessions: 0,
  savedMegabytes: 0,
  walking: 940,
  arrivals: 1234,
  meetings: 5678,
  tickP50Us: 950,
  tickP99Us: 12_400,
  tickBudgetUs: 100_000,
  cpuPercentPerBot: 0.0043,
  packetsPerSecond: 1043,
  sessionMegabytes: 2.25,
  processMegabytes: 91.4,
};

/** Shows the figures so many times, a second apart, and gives back what was written. */
function shown(screen: Partial<Screen>, times = 1): string[] {
  const writes: string[] = [];
  let nowMs = 0;
  const trails = new Trails(1000);
  for (let bot = 0; bot < 1000; bot++) trails.add(bot, (bot * 37) % 860, (bot * 53) % 600, bot % 9 !== 0);
  const view = openView({ write: (text) => writes.push(text), ...screen }, terrain, trails, () => nowMs);
  for (let time = 0; time < times; time++) {
    nowMs += 1000;
    view.show(figures);
  }
  view.end();
  return writes;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const ESCAPES = /\u001b\[[?\d;]*[A-Za-z]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const COLOURS = /\u001b\[[\d;]*m/;
const linesOf = (picture: string): string[] => picture.replace(ESCAPES, '').replace('\r', '').split('\n').slice(0, -1);

describe('the view where there is no terminal', () => {
  it('is one plain line every other second, with all the figures and no escape sequence', () => {
    const writes = shown({}, 6);
    expect(writes.length).toBe(3);
    for (const words of [
      'p50 950 µs',
      'p99 12 ms',
      '0.0043 % of 0.05 %',
      '1 043 /s',
      '1 000 active',
      '940 walk',
      '1 234 arrived',
      '5 678 met',
      'tinypool: 2 workers, 1 050 ticks, 4 321 steals',
      '2.3 MB',
      '91 MB',
    ]) {
      expect(writes[0]).toContain(words);
    }
    expect(writes[0]).not.toMatch(ESCAPES);
    expect(writes[0].indexOf('\n')).toBe(writes[0].length - 1);
  });
});

describe('the view on a terminal', () => {
  it('is one block of lines that is drawn again in its place, and leaves the cursor visible at the end', () => {
    const writes = shown({ isTTY: true, columns: 120, rows: 40, getColorDepth: () => 24 }, 2);
    const height = linesOf(writes[0]).length;
    expect(writes[0]).not.toContain('A\r');
    expect(writes[1]).toContain(`\u001b[${height}A\r`);
    expect(writes[2]).toBe('\u001b[?25h');
  });

  it('has the map beside the figures where there is room, in the colours the terminal has', () => {
    const [full] = shown({ isTTY: true, columns: 120, rows: 40, getColorDepth: () => 24 });
    expect(full).toContain('▀');
    expect(full).toContain('\u001b[38;2;');
    const [palette] = shown({ isTTY: true, columns: 120, rows: 40, getColorDepth: () => 8 });
    expect(palette).toContain('\u001b[38;5;');
    expect(palette).not.toContain(';2;');
  });

  it('has neither colour nor map with NO_COLOR', () => {
    const [picture] = shown({ isTTY: true, columns: 120, rows: 40, getColorDepth: () => 1 });
    expect(picture).not.toMatch(COLOURS);
    expect(picture).not.toContain('▀');
    expect(picture).toContain('0.0043 %');
  });

  it('fits any terminal, however small', () => {
    for (let columns = 1; columns <= 200; columns += 7) {
      for (const rows of [5, 14, 24, 60]) {
        const [picture] = shown({ isTTY: true, columns, rows, getColorDepth: () => 24 });
        const lines = linesOf(picture);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
        if (rows >= 14) expect(lines.length).toBeLessThan(rows);
      }
    }
  });
});

describe('figures', () => {
  it('say which threads run the bots, and what became of them', () => {
    const words = (threads: Partial<Figures['threads']>) => {
      const whole = { ...figures, threads: { ...figures.threads, ...threads } };
      return readings(whole).find(({ name }) => name === 'threads')?.value;
    };
    expect(words({ scheduler: 'inline', workers: 0, mainRuns: true, steals: 0 })).toBe('inline: main thread, 1 050 ticks');
    expect(words({ workers: 1, mainRuns: true })).toBe('tinypool: 1 worker + main, 1 050 ticks, 4 321 steals');
    expect(words({ replacedThreads: 3 })).toBe('tinypool: 2 workers, 1 050 ticks, 4 321 steals, 3 replaced');
  });

  it('are written with the unit that suits them', () => {
    expect([7.4, 999, 1500, 12_345, 2_500_000].map(duration)).toEqual(['7 µs', '999 µs', '1.5 ms', '12 ms', '2.5 s']);
    expect([0, 999.6, 1234, 1_234_567].map(grouped)).toEqual(['0', '1 000', '1 234', '1 234 567']);
  });
});
