import { describe, expect, it } from 'vitest';
import { GRID_METRES, loadMaungaWhau, Terrain, walkingSpeed } from '../src/terrain.js';

const maungaWhau = loadMaungaWhau();

describe('the terrain', () => {
  it('is Maunga Whau as it was digitised: 87 × 61 heights from 94 to 195 m, 860 by 600 m', () => {
    expect([maungaWhau.columns, maungaWhau.rows]).toEqual([87, 61]);
    expect([maungaWhau.lowest, maungaWhau.highest]).toEqual([94, 195]);
    expect([maungaWhau.width, maungaWhau.depth]).toEqual([860, 600]);
  });

  it('has exactly the height of the data at each grid point', () => {
    for (let at = 0; at < maungaWhau.heights.length; at++) {
      const x = (at % 87) * GRID_METRES;
      const z = Math.floor(at / 87) * GRID_METRES;
      expect(maungaWhau.heightAt(x, z)).toBe(maungaWhau.heights[at]);
    }
  });

  it('is the plane of each triangle between grid points', () => {
    const terrain = new Terrain(2, 2, [0, 10, 20, 50]);
    expect(terrain.heightAt(2.5, 2.5)).toBeCloseTo(7.5);
    expect(terrain.heightAt(5, 5)).toBeCloseTo(15);
    expect(terrain.heightAt(7.5, 7.5)).toBeCloseTo(32.5);
  });

  it('goes on level beyond its edges', () => {
    expect(maungaWhau.heightAt(-50, -50)).toBe(maungaWhau.heightAt(0, 0));
    expect(maungaWhau.heightAt(5000, 5000)).toBe(maungaWhau.heightAt(860, 600));
  });

  it('knows how steep an even slope is, whichever way it faces', () => {
    const slope = new Terrain(
      5,
      5,
      Array.from({ length: 25 }, (_, at) => (at % 5) * 3 + Math.floor(at / 5) * 4),
    );
    expect(slope.steepnessAt(20, 20)).toBeCloseTo(0.5);
  });

  it('makes two triangles a cell, all facing up', () => {
    const { positions, indices } = maungaWhau.mesh();
    expect(indices.length).toBe(86 * 60 * 2 * 3);
    for (let corner = 0; corner < indices.length; corner += 3) {
      const [a, b, c] = [indices[corner] * 3, indices[corner + 1] * 3, indices[corner + 2] * 3];
      const [ux, uz] = [positions[b] - positions[a], positions[b + 2] - positions[a + 2]];
      const [vx, vz] = [positions[c] - positions[a], positions[c + 2] - positions[a + 2]];
      expect(uz * vx - ux * vz).toBe(GRID_METRES * GRID_METRES);
    }
  });

  it('refuses a number of heights that does not fit, and says which', () => {
    expect(() => new Terrain(3, 3, [1, 2])).toThrow('3 × 3 heights must be 9 values: got 2');
    expect(() => new Terrain(1, 9, [])).toThrow('at least 2 × 2 heights: got 1 × 9');
  });
});

describe("Tobler's hiking function", () => {
  it('gives 6 km/h on a descent of 5 %, 5 km/h on the level, 1 km/h on a climb of 45 %', () => {
    expect(walkingSpeed(-0.05) * 3.6).toBeCloseTo(6, 5);
    expect(walkingSpeed(0) * 3.6).toBeCloseTo(5.04, 2);
    expect(walkingSpeed(0.45) * 3.6).toBeCloseTo(1.04, 2);
  });

  it('is slower the steeper the ground, up and down', () => {
    for (let grade = 0; grade < 1; grade += 0.1) {
      expect(walkingSpeed(grade + 0.1)).toBeLessThan(walkingSpeed(grade));
      expect(walkingSpeed(-0.05 - grade - 0.1)).toBeLessThan(walkingSpeed(-0.05 - grade));
    }
  });
});
