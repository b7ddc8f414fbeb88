import { type QueryResult, query } from 'bitecs';
import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { ARENA_UNIT } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';
import type { EcsWorld } from './world.js';

/** One step of each of `entities`; `healths`: what they have before it, that of entity e at `e − first`. */
export function move({ components, time }: EcsWorld, entities: QueryResult, healths: Float32Array | Float64Array, first: number): void {
  const { Position, Velocity, Health, Target, Random } = components;
  const { x, y } = Position;
  const { x: vx, y: vy } = Velocity;
  const { x: targetX, y: targetY } = Target;
  const dt = round(time.diffMs / 1000);
  const steer = round(4 * dt);
  const regen = round(round(REGEN) * dt);
  for (let i = 0; i < entities.length; i++) {
    const eid = entities[i];
    const px = x[eid];
    const py = y[eid];
    let dx = round(targetX[eid] - px);
    let dy = round(targetY[eid] - py);
    let d2 = round(round(dx * dx) + round(dy * dy));
    if (d2 < 1) {
      // xs and arena, written out: a call, even a rare one, costs the whole loop a tenth.
      let r = Random[eid];
      r ^= r << 13;
      r ^= r >>> 17;
      r ^= r << 5;
      const gx = (r >>> 8) / ARENA_UNIT;
      r ^= r << 13;
      r ^= r >>> 17;
      r ^= r << 5;
      const gy = (r >>> 8) / ARENA_UNIT;
      targetX[eid] = gx;
      targetY[eid] = gy;
      Random[eid] = r;
      dx = round(gx - px);
      dy = round(gy - py);
      d2 = round(round(dx * dx) + round(dy * dy));
    }
    const inv = round(7 / round(round(Math.sqrt(d2)) + round(EPSILON)));
    let ux = vx[eid];
    let uy = vy[eid];
    ux = round(ux + round(round(round(dx * inv) - ux) * steer));
    uy = round(uy + round(round(round(dy * inv) - uy) * steer));
    vx[eid] = ux;
    vy[eid] = uy;
    x[eid] = round(px + round(ux * dt));
    y[eid] = round(py + round(uy * dt));
    let health = healths[eid - first];
    health = round(health + round(round(100 - health) * regen));
    Health[eid] = round(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));
  }
}

/** As many steps as the component says, of each that has it. */
export function moveMuch(world: EcsWorld): void {
  const { Position, Velocity, Health, Target, Random, Repeat } = world.components;
  const { x, y } = Position;
  const { x: vx, y: vy } = Velocity;
  const { x: targetX, y: targetY } = Target;
  const dt = round(world.time.diffMs / 1000);
  const steer = round(4 * dt);
  const regen = round(round(REGEN) * dt);
  const entities = query(world, [Position, Velocity, Health, Target, Random, Repeat]);
  for (let i = 0; i < entities.length; i++) {
    const eid = entities[i];
    let px = x[eid];
    let py = y[eid];
    let ux = vx[eid];
    let uy = vy[eid];
    let health = Health[eid];
    let gx = targetX[eid];
    let gy = targetY[eid];
    let r = Random[eid];
    // As an i32: counting down an unsigned number is done in doubles.
    for (let left = Repeat[eid] | 0; left > 0; left--) {
      let dx = round(gx - px);
      let dy = round(gy - py);
      let d2 = round(round(dx * dx) + round(dy * dy));
      if (d2 < 1) {
        r ^= r << 13;
        r ^= r >>> 17;
        r ^= r << 5;
        gx = (r >>> 8) / ARENA_UNIT;
        r ^= r << 13;
        r ^= r >>> 17;
        r ^= r << 5;
        gy = (r >>> 8) / ARENA_UNIT;
        dx = round(gx - px);
        dy = round(gy - py);
        d2 = round(round(dx * dx) + round(dy * dy));
      }
      const inv = round(7 / round(round(Math.sqrt(d2)) + round(EPSILON)));
      ux = round(ux + round(round(round(dx * inv) - ux) * steer));
      uy = round(uy + round(round(round(dy * inv) - uy) * steer));
      px = round(px + round(ux * dt));
      py = round(py + round(uy * dt));
      health = round(health + round(round(100 - health) * regen));
      health = round(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));
    }
    x[eid] = px;
    y[eid] = py;
    vx[eid] = ux;
    vy[eid] = uy;
    Health[eid] = health;
    targetX[eid] = gx;
    targetY[eid] = gy;
    Random[eid] = r;
  }
}
