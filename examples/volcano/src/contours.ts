import { contours } from 'd3-contour';
import { GRID_METRES, type Terrain } from './terrain.js';

/** Everything at or above a height, as SVG path data in decimetres. */
export interface Contour {
  readonly metres: number;
  readonly path: string;
  /** Where on its line the height can be written, and the line's direction there in degrees, never upside down. */
  readonly labels: readonly ContourLabel[];
}

export interface ContourLabel {
  readonly x: number;
  readonly y: number;
  readonly degrees: number;
}

type Ring = readonly (readonly [number, number])[];

/** Lines shorter than this, in decimetres, are not worth a label. */
const SHORTEST_LABELLED = 4000;
/** Labels keep this far from the map's edge, in decimetres. */
const LABEL_MARGIN = 400;

/**
 * The contours of a terrain, one every `interval` metres, lowest first. Heights in whole metres make steps on gentle ground, so they
 * are averaged with their neighbours first and the lines drawn as smooth curves.
 */
export function contoursOf(terrain: Terrain, interval: number): Contour[] {
  const { columns, rows } = terrain;
  const levels: number[] = [];
  for (let metres = Math.ceil(terrain.lowest / interval) * interval; metres < terrain.highest; metres += interval) levels.push(metres);
  return contours()
    .size([columns, rows])
    .thresholds(levels)(Array.from(averaged(terrain)))
    .map(({ value, coordinates }) => {
      // d3-contour gives the first height the place (0.5, 0.5).
      const rings: Ring[] = coordinates.flat().map((ring) => ring.map(([x, y]) => [decimetres(x), decimetres(y)]));
      return { metres: value, path: rings.map(smoothPath).join(''), labels: rings.flatMap((ring) => labelsOf(ring, terrain)) };
    });
}

function decimetres(gridUnits: number): number {
  return Math.round((gridUnits - 0.5) * GRID_METRES * 10);
}

/** Each height averaged with its eight neighbours, weighted 4 : 2 : 1 (itself, beside, across). */
function averaged({ columns, rows, heights }: Terrain): Float64Array {
  const at = (column: number, row: number) =>
    heights[Math.min(Math.max(row, 0), rows - 1) * columns + Math.min(Math.max(column, 0), columns - 1)];
  return Float64Array.from(heights, (_, index) => {
    const column = index % columns;
    const row = Math.floor(index / columns);
    let sum = 0;
    for (let down = -1; down <= 1; down++) {
      for (let right = -1; right <= 1; right++) sum += at(column + right, row + down) * (2 - Math.abs(down)) * (2 - Math.abs(right));
    }
    return sum / 16;
  });
}

/** A closed curve that touches the middle of each side of the ring, bent towards its corners. */
function smoothPath(ring: Ring): string {
  const corners = ring.slice(0, -1);
  const middle = (index: number) => {
    const [x, y] = corners[index % corners.length];
    const [nextX, nextY] = corners[(index + 1) % corners.length];
    return [Math.round((x + nextX) / 2), Math.round((y + nextY) / 2)];
  };
  let [penX, penY] = middle(0);
  let path = `M${penX} ${penY}q`;
  for (let index = 1; index <= corners.length; index++) {
    const [cornerX, cornerY] = corners[index % corners.length];
    const [x, y] = middle(index);
    path += pair(cornerX - penX, cornerY - penY, index > 1) + pair(x - penX, y - penY, true);
    [penX, penY] = [x, y];
  }
  return `${path}z`;
}

/** Two numbers with no more between them than SVG needs. */
export function pair(x: number, y: number, follows: boolean): string {
  return `${follows && x >= 0 ? ' ' : ''}${x}${y >= 0 ? ' ' : ''}${y}`;
}

/** One label a line, where it runs straightest and flattest. */
function labelsOf(ring: Ring, { width, depth }: Terrain): ContourLabel[] {
  const span = 3;
  let length = 0;
  let best: ContourLabel | undefined;
  let bestScore = 0;
  for (let index = 0; index < ring.length - 1; index++) {
    const [x, y] = ring[index];
    length += Math.hypot(ring[index + 1][0] - x, ring[index + 1][1] - y);
    if (index < span || index >= ring.length - span) continue;
    if (x < LABEL_MARGIN || y < LABEL_MARGIN || x > width * 10 - LABEL_MARGIN || y > depth * 10 - LABEL_MARGIN) continue;
    const [backX, backY] = ring[index - span];
    const [aheadX, aheadY] = ring[index + span];
    const chord = Math.hypot(aheadX - backX, aheadY - backY);
    let arc = 0;
    for (let k = index - span; k < index + span; k++) arc += Math.hypot(ring[k + 1][0] - ring[k][0], ring[k + 1][1] - ring[k][1]);
    const score = chord / arc + 0.1 * (Math.abs(aheadX - backX) / chord);
    if (score <= bestScore) continue;
    bestScore = score;
    const degrees = (Math.atan2(aheadY - backY, aheadX - backX) * 180) / Math.PI;
    best = { x, y, degrees: Math.round(degrees > 90 ? degrees - 180 : degrees < -90 ? degrees + 180 : degrees) };
  }
  return best !== undefined && length >= SHORTEST_LABELLED ? [best] : [];
}
