import { hex, RESTING, tint, WALKING } from './colour.js';
import { type Contour, contoursOf, pair } from './contours.js';
import type { Terrain } from './terrain.js';
import type { Place, Trails } from './trails.js';

/** What is written around the map. */
export interface MapFacts {
  readonly seed: number;
  /** Ticks run, and how many of them a second. */
  readonly ticks: number;
  readonly tickRate: number;
  /** Walker's seconds in a second of the ticks. */
  readonly timeLapse: number;
}

/** Metres between contours; every fifth is an index contour, drawn stronger and labelled. */
const INTERVAL = 4;
const INDEX_INTERVAL = 20;
/** No more corners of trails and dots are drawn than this, a dozen bytes each: beyond, of every n-th bot only. */
const MAX_TRAIL_CORNERS = 14_000;
const MAX_DOTS = 12_000;

/** Of the legend's tints and scale bar, in decimetres. */
const SCALE_WIDTH = 2000;
const TINT_STEPS = 8;

const GROUND = '#0d1f26';
const PAPER = '#0a171d';
const INK = '#e9e4d4';
const QUIET_INK = '#8fa3a3';
const TRAIL_COLOURS = ['#ff9a45', '#ffb454', '#ff6f4d', '#ffd27a'];

/** A map as an SVG document, some 300 KB for a thousand bots: contours and tints, trails, where the bots are, legend. Lengths are decimetres. */
export function drawMap(terrain: Terrain, trails: Trails, facts: MapFacts): string {
  const contours = contoursOf(terrain, INTERVAL);
  const every = trailInterval(trails);
  const width = terrain.width * 10;
  const depth = terrain.depth * 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-300 -300 ${width + 600} ${depth + 1350}" font-family="Inter,Segoe UI,Helvetica,Arial,sans-serif">`,
    `<title>Maunga Whau and ${trails.count} bots</title>`,
    `<rect x="-300" y="-300" width="${width + 600}" height="${depth + 1350}" rx="120" fill="${PAPER}"/>`,
    `<clipPath id="map"><rect width="${width}" height="${depth}" rx="40"/></clipPath>`,
    '<g clip-path="url(#map)">',
    `<rect width="${width}" height="${depth}" fill="${GROUND}"/>`,
    ...relief(contours, terrain),
    ...trailLines(trails, every),
    ...labels(contours, terrain),
    ...botDots(trails),
    '</g>',
    ...legend(terrain, trails, every, facts),
    '</svg>',
    '',
  ].join('\n');
}

/**
 * Layers as if cut from paper and lit from the upper left, after K. Tanaka's relief contours (Geographical Review 40, 1950): each
 * is drawn as its shadow, its lit edge and itself.
 */
function relief(contours: readonly Contour[], terrain: Terrain): string[] {
  return [
    '<defs>',
    ...contours.map(({ metres, path }) => `<path id="h${metres}" d="${path}"/>`),
    '</defs>',
    ...contours.map(({ metres }) => {
      const layer = `<use href="#h${metres}"`;
      const [opacity, width] = metres % INDEX_INTERVAL === 0 ? [0.5, 11] : [0.13, 6];
      return (
        `${layer} fill="#03080a" fill-opacity=".38" x="15" y="17"/>` +
        `${layer} fill="#fff3d0" fill-opacity=".16" x="-7" y="-8"/>` +
        `${layer} fill="${ground(metres, terrain)}" stroke="#fff6dc" stroke-opacity="${opacity}" stroke-width="${width}"/>`
      );
    }),
  ];
}

function labels(contours: readonly Contour[], terrain: Terrain): string[] {
  const texts = contours
    .filter(({ metres }) => metres % INDEX_INTERVAL === 0)
    .flatMap(({ metres, labels }) =>
      labels.map(
        ({ x, y, degrees }) =>
          `<text transform="translate(${x} ${y})rotate(${degrees})" y="33" stroke="${ground(metres, terrain)}">${metres}</text>`,
      ),
    );
  return [
    `<g font-size="96" font-weight="600" text-anchor="middle" fill="${INK}" fill-opacity=".85" stroke-width="36" stroke-linejoin="round" paint-order="stroke">`,
    ...texts,
    '</g>',
  ];
}

function trailLines(trails: Trails, every: number): string[] {
  const drawn: string[] = [];
  for (let bot = 0; bot < trails.count; bot += every) {
    const places = trails.trail(bot);
    if (places.length > 1) drawn.push(`<path d="${polyline(places)}"/>`);
  }
  return TRAIL_COLOURS.flatMap((colour, group) => [
    `<g fill="none" stroke="${colour}" stroke-opacity=".42" stroke-width="12" stroke-linejoin="round" stroke-linecap="round">`,
    ...drawn.filter((_, index) => index % TRAIL_COLOURS.length === group),
    '</g>',
  ]);
}

/** 1 to draw all trails; n to draw each n-th bot's, there being too many corners. */
function trailInterval(trails: Trails): number {
  let corners = 0;
  for (let bot = 0; bot < trails.count; bot++) corners += trails.trail(bot).length;
  return Math.max(1, Math.ceil(corners / MAX_TRAIL_CORNERS));
}

function polyline(places: readonly Place[]): string {
  let [penX, penY] = [0, 0];
  let path = '';
  for (const [index, place] of places.entries()) {
    const x = Math.round(place.x * 10);
    const y = Math.round(place.z * 10);
    if (index === 0) path = `M${x} ${y}l`;
    else path += pair(x - penX, y - penY, index > 1);
    [penX, penY] = [x, y];
  }
  return path;
}

/** All dots of a kind are one path of lines without length, whose round caps show: dark and wide, then bright and narrow. */
function botDots(trails: Trails): string[] {
  const every = Math.max(1, Math.ceil(trails.count / MAX_DOTS));
  let walking = '';
  let resting = '';
  for (let bot = 0; bot < trails.count; bot += every) {
    const place = trails.place(bot);
    if (place === undefined) continue;
    const dot = `M${Math.round(place.x * 10)} ${Math.round(place.z * 10)}h0`;
    if (trails.isWalking(bot)) walking += dot;
    else resting += dot;
  }
  const dots = (id: string, colour: string, size: number) => `<use href="#${id}" stroke="${colour}" stroke-width="${size}"/>`;
  return [
    `<defs><path id="resting" d="${resting}"/><path id="walking" d="${walking}"/></defs>`,
    '<g fill="none" stroke-linecap="round">',
    dots('resting', PAPER, 50) + dots('walking', PAPER, 50) + dots('resting', hex(RESTING), 32) + dots('walking', hex(WALKING), 32),
    '</g>',
  ];
}

function legend(terrain: Terrain, trails: Trails, every: number, { seed, ticks, tickRate, timeLapse }: MapFacts): string[] {
  const top = terrain.depth * 10;
  const right = terrain.width * 10;
  const left = right - SCALE_WIDTH;
  const minutes = (ticks / tickRate / 60) * timeLapse;
  const text = (x: number, y: number, size: number, words: string, more = '') =>
    `<text x="${x}" y="${top + y}" font-size="${size}" fill="${QUIET_INK}"${more}>${words}</text>`;
  const box = (index: number, count: number, y: number, height: number, colour: string) =>
    `<rect x="${left + (index * SCALE_WIDTH) / count}" y="${top + y}" width="${SCALE_WIDTH / count}" height="${height}" fill="${colour}"/>`;
  const sign = (indent: number, shape: string, colour: string, words: string) =>
    `<tspan dx="${indent}" fill="${colour}">${shape}</tspan><tspan dx="50" fill="${INK}">${words}</tspan>`;
  return [
    text(
      0,
      340,
      290,
      `<tspan fill="${INK}" font-weight="700">Maunga Whau</tspan><tspan dx="150" font-size="130">` +
        `${trails.count} bots, ${minutes.toFixed(minutes < 10 ? 1 : 0)} minutes on foot, ${ticks} ticks, seed ${seed}</tspan>`,
    ),
    text(
      0,
      610,
      130,
      sign(0, '●', hex(WALKING), `${trails.walking} walking`) +
        sign(260, '●', hex(RESTING), `${trails.count - trails.walking} resting`) +
        sign(260, '━', TRAIL_COLOURS[1], `trails${every === 1 ? '' : `, 1 of ${every} drawn`}, ${trails.arrivals} walked to their end`),
    ),
    ...Array.from({ length: TINT_STEPS }, (_, step) => box(step, TINT_STEPS, 190, 70, hex(tint(step / (TINT_STEPS - 1))))),
    text(left, 370, 96, `${terrain.lowest} m`),
    text(right, 370, 96, `${terrain.highest} m`, ' text-anchor="end"'),
    ...[INK, '#41565a', INK, '#41565a'].map((colour, index) => box(index, 4, 500, 36, colour)),
    text(left, 640, 96, '0'),
    text(right, 640, 96, `${SCALE_WIDTH / 10} m`, ' text-anchor="end"'),
    text(
      0,
      860,
      92,
      `Contours every ${INTERVAL} m. Heights: Mt Eden, Auckland, on a 10 m grid, digitised by Ross Ihaka; R’s “volcano” as in vega-datasets (BSD-3-Clause).`,
    ),
  ];
}

function ground(metres: number, terrain: Terrain): string {
  return hex(tint((metres - terrain.lowest) / (terrain.highest - terrain.lowest)));
}
