import { type Colour, mixed, RESTING, TRAIL, tint } from './colour.js';
import type { Terrain } from './terrain.js';
import type { Trails } from './trails.js';

/** How a terminal shows a colour: one of 256, or any. */
export type ColourDepth = 'palette' | 'true';

/** Of the 256 colours: ground from low to high, then a walking bot and a resting one. Tints mixed freely come out grey there. */
const PALETTE_GROUND = [23, 29, 65, 71, 107, 143, 179, 223];
const PALETTE_WALKING = 202;
const PALETTE_RESTING = 87;
/** Where any colour can be had, the ground is darkened towards this, so that bots stand out. */
const NIGHT: Colour = [0, 0, 0];

/**
 * The terrain from above with the bots on it, as lines of `columns` characters. Each character is two dots, one over the other:
 * an upper half block in two colours. About as high as wide as the terrain is.
 */
export function terminalMap(terrain: Terrain, trails: Trails, columns: number, depth: ColourDepth): string[] {
  const rows = mapRows(terrain, columns);
  const dotRows = rows * 2;
  const walking = new Uint16Array(columns * dotRows);
  const resting = new Uint16Array(columns * dotRows);
  for (let bot = 0; bot < trails.count; bot++) {
    const place = trails.place(bot);
    if (place === undefined) continue;
    const column = Math.min(Math.floor((place.x / terrain.width) * columns), columns - 1);
    const row = Math.min(Math.floor((place.z / terrain.depth) * dotRows), dotRows - 1);
    (trails.isWalking(bot) ? walking : resting)[row * columns + column]++;
  }
  const usual = Math.max(1, trails.count / walking.length);
  const paint = depth === 'palette' ? paletteDot : trueDot;
  const dot = (column: number, row: number): string => {
    const height = terrain.heightAt(((column + 0.5) / columns) * terrain.width, ((row + 0.5) / dotRows) * terrain.depth);
    const at = row * columns + column;
    return paint((height - terrain.lowest) / (terrain.highest - terrain.lowest), walking[at], resting[at], usual);
  };
  return Array.from({ length: rows }, (_, row) => {
    let line = '';
    let last = '';
    for (let column = 0; column < columns; column++) {
      const colours = `38;${dot(column, row * 2)};48;${dot(column, row * 2 + 1)}`;
      line += colours === last ? '▀' : `\u001b[${colours}m▀`;
      last = colours;
    }
    return `${line}\u001b[0m`;
  });
}

/** Lines of a map so many characters wide. */
export function mapRows(terrain: Terrain, columns: number): number {
  return Math.max(1, Math.round((columns * terrain.depth) / terrain.width / 2));
}

/** A dot's colour as SGR parameters: ground at `share` of the height, so many bots on it, `usual` being the average. */
type DotPainter = (share: number, walking: number, resting: number, usual: number) => string;

const paletteDot: DotPainter = (share, walking, resting) => {
  if (walking + resting > 0) return `5;${walking >= resting ? PALETTE_WALKING : PALETTE_RESTING}`;
  const step = Math.min(Math.floor(share * PALETTE_GROUND.length), PALETTE_GROUND.length - 1);
  return `5;${PALETTE_GROUND[step]}`;
};

const trueDot: DotPainter = (share, walking, resting, usual) => {
  const ground = mixed(NIGHT, tint(share), 0.75);
  const bots = walking + resting;
  // Where bots are as dense as on average, a dot is three quarters bot and one quarter ground.
  const colour = bots === 0 ? ground : mixed(ground, mixed(RESTING, TRAIL, walking / bots), bots / (bots + usual * 0.33));
  return `2;${colour.join(';')}`;
};
