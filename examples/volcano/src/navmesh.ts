import {
  allocCompactHeightfield,
  allocContourSet,
  allocHeightfield,
  allocPolyMesh,
  buildCompactHeightfield,
  buildContours,
  buildDistanceField,
  buildPolyMesh,
  buildRegions,
  createHeightfield,
  createNavMeshData,
  erodeWalkableArea,
  filterLedgeSpans,
  freeCompactHeightfield,
  freeContourSet,
  freeHeightfield,
  freePolyMesh,
  init,
  NavMesh,
  NavMeshCreateParams,
  RecastBuildContext,
  rasterizeTriangles,
  TriangleAreasArray,
  TrianglesArray,
  VerticesArray,
} from 'recast-navigation';
import type { Terrain, TerrainMesh } from './terrain.js';

/**
 * Slope classes from gentle to steep: up to how many degrees, and what a metre there costs whoever looks for a way. The steeper, the
 * rather a way leads around it, along the rim and up the spurs. Steeper than the last is not walked at all: one part in fifteen
 * of Maunga Whau, in the crater and on the western flank.
 */
export const SLOPES = [
  { degrees: 8, cost: 1 },
  { degrees: 15, cost: 1.8 },
  { degrees: 22, cost: 3.2 },
  { degrees: 30, cost: 7 },
] as const;

/** The ground is cut in cells of this size, and heights in steps of this, in metres. */
const CELL_METRES = 2.5;
const STEP_METRES = 0.5;
/** In steps: headroom nobody lacks here, and what is climbed from a cell to the next. */
const WALKABLE_HEIGHT = 4;
const WALKABLE_CLIMB = 4;
/** In cells: how far to keep from where one cannot walk, and how long an edge of a polygon may be. */
const WALKABLE_RADIUS = 1;
const MAX_EDGE = 16;
/** In cells: how far an outline may be from the cells' own border. Coarser outlines make fewer polygons, and ways are found sooner. */
const MAX_OUTLINE_ERROR = 2.2;
/** In cells: smaller patches of ground that nothing leads to are left out, and smaller regions joined with their neighbours. */
const MIN_REGION = 400;
const MERGE_REGION = 40;
const CORNERS_PER_POLYGON = 6;

/**
 * Builds the navmesh of a terrain, its polygons' area numbers being their slope classes. The steps are those of Recast's own
 * "solo mesh" sample, less the height detail: heights come from the terrain. Loads the library's WebAssembly, once a thread. The same
 * terrain gives the same mesh in every thread, in a few tenths of a second.
 */
export async function buildNavMesh(terrain: Terrain): Promise<NavMesh> {
  await init();
  const context = new RecastBuildContext();
  const heightfield = allocHeightfield();
  const compact = allocCompactHeightfield();
  const contours = allocContourSet();
  const polygons = allocPolyMesh();
  try {
    const size = { columns: Math.ceil(terrain.width / CELL_METRES), rows: Math.ceil(terrain.depth / CELL_METRES) };
    const least: [number, number, number] = [0, terrain.lowest, 0];
    const most: [number, number, number] = [terrain.width, terrain.highest, terrain.depth];
    check('a heightfield', createHeightfield(context, heightfield, size.columns, size.rows, least, most, CELL_METRES, STEP_METRES));
    check('its cells', rasterize(context, heightfield, terrain));
    filterLedgeSpans(context, WALKABLE_HEIGHT, WALKABLE_CLIMB, heightfield);
    check('its ground', buildCompactHeightfield(context, WALKABLE_HEIGHT, WALKABLE_CLIMB, heightfield, compact));
    check('its margins', erodeWalkableArea(context, WALKABLE_RADIUS, compact));
    check('distances', buildDistanceField(context, compact));
    check('regions', buildRegions(context, compact, 0, MIN_REGION, MERGE_REGION));
    check('outlines', buildContours(context, compact, MAX_OUTLINE_ERROR, MAX_EDGE, contours, OUTLINE_FLAGS));
    check('polygons', buildPolyMesh(context, contours, CORNERS_PER_POLYGON, polygons));
    for (let polygon = 0; polygon < polygons.npolys(); polygon++) {
      polygons.setAreas(polygon, polygons.areas(polygon) - FIRST_AREA);
      polygons.setFlags(polygon, 1);
    }
    const parameters = new NavMeshCreateParams();
    parameters.setPolyMeshCreateParams(polygons);
    parameters.setWalkableHeight(WALKABLE_HEIGHT * STEP_METRES);
    parameters.setWalkableRadius(WALKABLE_RADIUS * CELL_METRES);
    parameters.setWalkableClimb(WALKABLE_CLIMB * STEP_METRES);
    parameters.setCellSize(CELL_METRES);
    parameters.setCellHeight(STEP_METRES);
    parameters.setBuildBvTree(true);
    const { success, navMeshData } = createNavMeshData(parameters);
    check('data', success);
    const navMesh = new NavMesh();
    check('a navmesh', navMesh.initSolo(navMeshData));
    return navMesh;
  } finally {
    freeHeightfield(heightfield);
    freeCompactHeightfield(compact);
    freeContourSet(contours);
    freePolyMesh(polygons);
  }
}

/** Area 0 means no ground to Recast, so slope classes are numbered from here on until the mesh is done. */
const FIRST_AREA = 1;
/** RC_CONTOUR_TESS_WALL_EDGES | RC_CONTOUR_TESS_AREA_EDGES: long edges are split, at walls and between slope classes. */
const OUTLINE_FLAGS = 3;

function rasterize(context: RecastBuildContext, heightfield: ReturnType<typeof allocHeightfield>, terrain: Terrain): boolean {
  const mesh = terrain.mesh();
  const count = mesh.indices.length / 3;
  const vertices = new VerticesArray();
  const triangles = new TrianglesArray();
  const areas = new TriangleAreasArray();
  vertices.copy(mesh.positions);
  triangles.copy(new Int32Array(mesh.indices));
  areas.copy(Uint8Array.from({ length: count }, (_, triangle) => slopeArea(terrain, mesh, triangle)));
  const done = rasterizeTriangles(context, vertices, mesh.positions.length / 3, triangles, areas, count, heightfield, WALKABLE_CLIMB);
  vertices.destroy();
  triangles.destroy();
  areas.destroy();
  return done;
}

function slopeArea(terrain: Terrain, { positions, indices }: TerrainMesh, triangle: number): number {
  let x = 0;
  let z = 0;
  for (let corner = 0; corner < 3; corner++) {
    x += positions[indices[triangle * 3 + corner] * 3] / 3;
    z += positions[indices[triangle * 3 + corner] * 3 + 2] / 3;
  }
  const degrees = (Math.atan(terrain.steepnessAt(x, z)) * 180) / Math.PI;
  return SLOPES.findIndex((slope) => degrees <= slope.degrees) + FIRST_AREA;
}

function check(what: string, built: boolean): void {
  if (!built) throw new Error(`Recast could not make ${what} from the terrain`);
}
