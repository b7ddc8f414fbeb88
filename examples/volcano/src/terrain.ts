import { readFileSync } from 'node:fs';

/** Metres between two neighbouring heights of the data, in both directions. */
export const GRID_METRES = 10;

/** Triangles over the grid, as navmesh builders take them: x, y, z of each corner, three corner numbers a triangle. */
export interface TerrainMesh {
  readonly positions: Float32Array;
  readonly indices: Uint32Array;
}

/**
 * A surface over a grid of heights: x runs along a row of the data, z from row to row, y is the height, all in metres. Each cell
 * is two triangles, cut from its upper right to its lower left corner; {@link heightAt} and {@link mesh} mean the same surface.
 * Never changes: any number of sessions may read it.
 */
export class Terrain {
  readonly columns: number;
  readonly rows: number;
  /** Row by row. */
  readonly heights: Float32Array;
  /** The last column's x and the last row's z, in metres. */
  readonly width: number;
  readonly depth: number;
  readonly lowest: number;
  readonly highest: number;

  /** Throws a `RangeError` when there are not `columns × rows` heights, or fewer than 2 × 2. */
  constructor(columns: number, rows: number, heights: ArrayLike<number>) {
    if (columns < 2 || rows < 2) throw new RangeError(`a terrain must have at least 2 × 2 heights: got ${columns} × ${rows}`);
    if (heights.length !== columns * rows) {
      throw new RangeError(`${columns} × ${rows} heights must be ${columns * rows} values: got ${heights.length}`);
    }
    this.columns = columns;
    this.rows = rows;
    this.heights = Float32Array.from(heights);
    this.width = (columns - 1) * GRID_METRES;
    this.depth = (rows - 1) * GRID_METRES;
    this.lowest = this.heights.reduce((least, height) => Math.min(least, height));
    this.highest = this.heights.reduce((most, height) => Math.max(most, height));
  }

  /** Metres above sea level at a point. Points outside are taken to the nearest edge. */
  heightAt(x: number, z: number): number {
    const across = clamp(x / GRID_METRES, 0, this.columns - 1);
    const along = clamp(z / GRID_METRES, 0, this.rows - 1);
    const column = Math.min(Math.floor(across), this.columns - 2);
    const row = Math.min(Math.floor(along), this.rows - 2);
    const u = across - column;
    const v = along - row;
    const { heights } = this;
    const at = row * this.columns + column;
    const upperRight = heights[at + 1];
    const lowerLeft = heights[at + this.columns];
    if (u + v <= 1) {
      const upperLeft = heights[at];
      return upperLeft + u * (upperRight - upperLeft) + v * (lowerLeft - upperLeft);
    }
    const lowerRight = heights[at + this.columns + 1];
    return lowerRight + (1 - u) * (lowerLeft - lowerRight) + (1 - v) * (upperRight - lowerRight);
  }

  /** Metres of climb for each metre ahead in the steepest direction, averaged over ten metres to each side of a point. */
  steepnessAt(x: number, z: number): number {
    const alongX = this.heightAt(x + GRID_METRES, z) - this.heightAt(x - GRID_METRES, z);
    const alongZ = this.heightAt(x, z + GRID_METRES) - this.heightAt(x, z - GRID_METRES);
    return Math.hypot(alongX, alongZ) / (2 * GRID_METRES);
  }

  mesh(): TerrainMesh {
    const { columns, rows, heights } = this;
    const positions = new Float32Array(heights.length * 3);
    for (let at = 0; at < heights.length; at++) {
      positions[at * 3] = (at % columns) * GRID_METRES;
      positions[at * 3 + 1] = heights[at];
      positions[at * 3 + 2] = Math.floor(at / columns) * GRID_METRES;
    }
    const indices = new Uint32Array((columns - 1) * (rows - 1) * 6);
    let next = 0;
    for (let row = 0; row < rows - 1; row++) {
      for (let column = 0; column < columns - 1; column++) {
        const at = row * columns + column;
        // Counter-clockwise seen from above, else the navmesh takes the ground for a ceiling.
        indices.set([at, at + columns, at + 1, at + 1, at + columns, at + columns + 1], next);
        next += 6;
      }
    }
    return { positions, indices };
  }
}

/** Maunga Whau (Mt Eden), Auckland: 87 × 61 heights, 94 to 195 m. Where they are from: `data/README.md`. */
export function loadMaungaWhau(): Terrain {
  const { width, height, values } = JSON.parse(readFileSync(new URL('../data/volcano.json', import.meta.url), 'utf8'));
  return new Terrain(width, height, values);
}

/**
 * How fast people walk, in metres a second, on ground that climbs `grade` metres for each metre ahead (negative: downhill).
 * Tobler's hiking function: 6 km/h on a gentle descent of 5 %, 5 km/h on the level, 1 km/h on a climb of 45 %. W. Tobler, "Three
 * Presentations on Geographical Analysis and Modeling", NCGIA Technical Report 93-1, 1993.
 */
export function walkingSpeed(grade: number): number {
  return (6 / 3.6) * Math.exp(-3.5 * Math.abs(grade + 0.05));
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
