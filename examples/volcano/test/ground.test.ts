import { beforeAll, describe, expect, it } from 'vitest';
import { type Point, WalkableGround } from '../src/ground.js';
import { LANDMARKS } from '../src/places.js';
import { loadMaungaWhau, Terrain } from '../src/terrain.js';

const terrain = loadMaungaWhau();
let ground: WalkableGround;
beforeAll(async () => {
  ground = await WalkableGround.of(terrain);
});

const nearest = (x: number, z: number): Point => {
  const point = ground.nearest(x, z);
  if (point === undefined) throw new Error(`nothing walkable near ${x}, ${z}`);
  return point;
};
const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.z - b.z);

describe('walkable ground', () => {
  it('is found near every point of Maunga Whau', () => {
    for (let x = 0; x <= terrain.width; x += 20) {
      for (let z = 0; z <= terrain.depth; z += 20) {
        const point = nearest(x, z);
        expect(point.x).toSatisfy((value: number) => value >= 0 && value <= terrain.width);
        expect(point.z).toSatisfy((value: number) => value >= 0 && value <= terrain.depth);
      }
    }
  });

  it('connects every landmark with every other by a way that ends there', () => {
    for (const from of LANDMARKS) {
      for (const to of LANDMARKS) {
        if (from === to) continue;
        const [start, end] = [nearest(from.x, from.z), nearest(to.x, to.z)];
        const way = ground.path(start, end);
        expect(distance(way[way.length - 1], end), `${from.name} to ${to.name}`).toBeLessThan(1);
      }
    }
  });

  it('keeps ways on ground that is walkable', () => {
    const way = [nearest(10, 400), ...ground.path(nearest(10, 400), nearest(285, 260))];
    for (let corner = 1; corner < way.length; corner++) {
      const [from, to] = [way[corner - 1], way[corner]];
      const steps = Math.ceil(distance(from, to));
      for (let step = 0; step <= steps; step++) {
        const point = { x: from.x + ((to.x - from.x) * step) / steps, z: from.z + ((to.z - from.z) * step) / steps };
        expect(distance(point, nearest(point.x, point.z))).toBeLessThan(0.5);
      }
    }
  });

  it('leads around what is too steep: no shorter than the straight line, and longer across the crater wall', () => {
    const [start, end] = [nearest(120, 260), nearest(285, 260)];
    const way = [start, ...ground.path(start, end)];
    const length = way.slice(1).reduce((sum, point, index) => sum + distance(way[index], point), 0);
    expect(length).toBeGreaterThan(distance(start, end) * 1.3);
  });

  it('answers alike in any order, and alike when built again', async () => {
    const again = await WalkableGround.of(terrain);
    const questions = Array.from({ length: 50 }, (_, index) => [
      nearest((index * 397) % 860, (index * 211) % 600),
      nearest((index * 631) % 860, (index * 173) % 600),
    ]);
    const answers = questions.map(([from, to]) => ground.path(from, to));
    const backwards = questions.toReversed().map(([from, to]) => again.path(from, to));
    expect(backwards.toReversed()).toEqual(answers);
    expect(again.polygonCount).toBe(ground.polygonCount);
  });

  it('leaves out what is too steep', async () => {
    const cliff = new Terrain(
      40,
      40,
      Array.from({ length: 1600 }, (_, at) => (at % 40) * 12),
    );
    await expect(WalkableGround.of(cliff)).rejects.toThrow('Recast could not make');
  });
});
