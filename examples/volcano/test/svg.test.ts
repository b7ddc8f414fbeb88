import { describe, expect, it } from 'vitest';
import { contoursOf } from '../src/contours.js';
import { drawMap } from '../src/svg.js';
import { loadMaungaWhau, Terrain } from '../src/terrain.js';
import { Trails } from '../src/trails.js';

const terrain = loadMaungaWhau();
const facts = { seed: 7, ticks: 200, tickRate: 10, timeLapse: 20 };
const count = (text: string, part: RegExp): number => [...text.matchAll(part)].length;

function walked(bots: number, places: number): Trails {
  const trails = new Trails(bots);
  for (let bot = 0; bot < bots; bot++) {
    for (let step = 0; step < places; step++) {
      trails.add(bot, (bot * 37 + step * step) % 860, (bot * 53 + step * 29) % 600, bot % 2 === 0 || step < places - 1);
    }
  }
  return trails;
}

describe('contours', () => {
  it('run at every interval between the lowest and the highest ground', () => {
    expect(contoursOf(terrain, 20).map(({ metres }) => metres)).toEqual([100, 120, 140, 160, 180]);
  });

  it('lie where the ground has their height', () => {
    const slope = new Terrain(
      11,
      11,
      Array.from({ length: 121 }, (_, at) => at % 11),
    );
    const [{ path }] = contoursOf(slope, 5).filter(({ metres }) => metres === 5);
    const left = Math.min(...[...path.matchAll(/M(\d+)/g)].map(([, x]) => Number(x)));
    expect(left).toBeGreaterThanOrEqual(490);
  });

  it('carry labels that are never upside down', () => {
    const labels = contoursOf(terrain, 20).flatMap((contour) => contour.labels);
    expect(labels.length).toBeGreaterThan(3);
    for (const { degrees } of labels) expect(Math.abs(degrees)).toBeLessThanOrEqual(90);
  });
});

describe('the map', () => {
  it('shows contours, a trail and a dot for each bot, and says what was run and whose the data is', () => {
    const map = drawMap(terrain, walked(100, 10), facts);
    expect(map).toMatch(/^<svg [^>]+>/);
    expect(map).toMatch(/<\/svg>\n$/);
    expect(count(map, /<path id="h\d+"/g)).toBe(25);
    expect(count(map, /<path d="M\d+ \d+l/g)).toBe(100);
    expect(count(map, /M\d+ \d+h0/g)).toBe(100);
    for (const words of ['100 bots', '200 ticks', 'seed 7', '50 walking', '50 resting', 'Ross Ihaka', 'BSD-3-Clause', '200 m', '>140<']) {
      expect(map).toContain(words);
    }
  });

  it('has no number that is none, and every tag closed', () => {
    const map = drawMap(terrain, walked(20, 5), facts);
    expect(map).not.toMatch(/NaN|undefined|Infinity/);
    const open = count(map, /<[a-zA-Z]/g);
    expect(count(map, /<\//g) + count(map, /\/>/g)).toBe(open);
  });

  it('stays under 600 KB however many bots have walked however far', () => {
    expect(drawMap(terrain, walked(1000, 150), facts).length).toBeLessThan(600_000);
    expect(drawMap(terrain, walked(5000, 150), facts).length).toBeLessThan(600_000);
    expect(drawMap(terrain, walked(50_000, 3), facts).length).toBeLessThan(600_000);
  });

  it('says so when it does not draw every trail', () => {
    expect(drawMap(terrain, walked(1000, 150), facts)).toMatch(/trails, 1 of \d+ drawn, /);
    expect(drawMap(terrain, walked(10, 10), facts)).toContain('trails, 5 walked');
  });

  it('can be drawn before anybody was heard of', () => {
    expect(drawMap(terrain, new Trails(3), facts)).toContain('0 walking');
  });
});
