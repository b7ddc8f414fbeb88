import { type NavMesh, NavMeshQuery } from 'recast-navigation';
import { buildNavMesh, SLOPES } from './navmesh.js';
import type { Terrain } from './terrain.js';

/** How far from the asked point walkable ground is looked for, in metres: the steep stretches are narrower than this. */
const REACH = { x: 60, y: 120, z: 60 };
/** A walkable point is found again within this: flat polygons lie above or below the curved ground. */
const NEAR = { x: 2, y: 40, z: 2 };
/** Polygons and corners of a way that are asked for, more than any way across Maunga Whau has. */
const MAX_POLYGONS = 512;
const MAX_CORNERS = 256;

export interface Point {
  readonly x: number;
  readonly z: number;
}

/**
 * Where on a terrain one can walk, and how to get from one place to another. An answer depends on the question alone, not on the
 * ones before, so every thread that builds it from the same terrain gives the same ones. A thread's sessions share it: nothing of
 * a session stays in it.
 */
export class WalkableGround {
  readonly polygonCount: number;
  readonly #terrain: Terrain;
  readonly #query: NavMeshQuery;

  constructor(terrain: Terrain, navMesh: NavMesh) {
    this.#terrain = terrain;
    this.#query = new NavMeshQuery(navMesh, { maxNodes: 4096 });
    for (const [area, { cost }] of SLOPES.entries()) this.#query.defaultFilter.setAreaCost(area, cost);
    this.polygonCount = navMesh.getTile(0).header()?.polyCount() ?? 0;
  }

  /** Loads the navmesh library and builds the ground of a terrain: some tenths of a second a thread. */
  static async of(terrain: Terrain): Promise<WalkableGround> {
    return new WalkableGround(terrain, await buildNavMesh(terrain));
  }

  /** The walkable point nearest to (x, z), which may be that point itself; undefined when there is none within 60 m. */
  nearest(x: number, z: number): Point | undefined {
    const found = this.#query.findClosestPoint(this.#lift({ x, z }), { halfExtents: REACH });
    return found.success && found.polyRef !== 0 ? { x: found.point.x, z: found.point.z } : undefined;
  }

  /**
   * The corners of the way between two walkable points, the start left out, the end last; empty when there is no start or end. A way
   * to where none leads ends at the reachable point nearest to it.
   */
  path(from: Point, to: Point): Point[] {
    const { path } = this.#query.computePath(this.#lift(from), this.#lift(to), {
      halfExtents: NEAR,
      maxPathPolys: MAX_POLYGONS,
      maxStraightPathPoints: MAX_CORNERS,
    });
    return path.slice(1).map(({ x, z }) => ({ x, z }));
  }

  #lift({ x, z }: Point): { x: number; y: number; z: number } {
    return { x, y: this.#terrain.heightAt(x, z), z };
  }
}
