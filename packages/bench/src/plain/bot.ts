import { EPSILON, REGEN } from '../arithmetic/motion.js';
import { arena, FIRST_ACCOUNT, START_MS, startValues, xs } from '../arithmetic/random.js';
import { round } from '../arithmetic/rounding.js';

/** What all bots are told of a tick. Its factors are computed once, not in each update. */
export class Tick {
  readonly nowMs: number;
  readonly dt: number;
  readonly steer: number;
  readonly regen: number;

  constructor(nowMs: number, diffMs: number) {
    this.nowMs = nowMs;
    this.dt = round(diffMs / 1000);
    this.steer = round(4 * this.dt);
    this.regen = round(round(REGEN) * this.dt);
  }
}

/** A session as an object with its fields. A workload's own class says what an update does. */
export abstract class Bot {
  // Each begins as a number: one that is undefined first is a box of its own with each new value, and an update three times as slow.
  readonly accountId: number = 0;
  readonly mapId: number = 0;
  readonly groupId: number = 0;
  updateCount = 0;
  lastUpdateMs = START_MS;
  x = 0;
  y = 0;
  vx = 0;
  vy = 0;
  hp = 100;
  targetX = 0;
  targetY = 0;
  /** i32: as a u32, half of its values would be boxed. */
  rng = 0;
  packetsIn = 0;
  packetsOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  dropped = 0;

  constructor(rank: number) {
    this.accountId = FIRST_ACCOUNT + rank;
    this.mapId = this.accountId % 8;
    this.groupId = Math.floor(this.accountId / 5);
    const { x, y, targetX, targetY, rng } = startValues(this.accountId);
    this.x = x;
    this.y = y;
    this.targetX = targetX;
    this.targetY = targetY;
    this.rng = rng | 0;
  }

  abstract update(tick: Tick): void;

  protected mark({ nowMs }: Tick): void {
    this.updateCount++;
    this.lastUpdateMs = nowMs;
  }

  /** One step, with the health that packets have brought before it. */
  protected step({ dt, steer, regen }: Tick, healed: number): void {
    const px = this.x;
    const py = this.y;
    let dx = round(this.targetX - px);
    let dy = round(this.targetY - py);
    let d2 = round(round(dx * dx) + round(dy * dy));
    if (d2 < 1) {
      this.choose();
      dx = round(this.targetX - px);
      dy = round(this.targetY - py);
      d2 = round(round(dx * dx) + round(dy * dy));
    }
    const inv = round(7 / round(round(Math.sqrt(d2)) + round(EPSILON)));
    let ux = this.vx;
    let uy = this.vy;
    ux = round(ux + round(round(round(dx * inv) - ux) * steer));
    uy = round(uy + round(round(round(dy * inv) - uy) * steer));
    this.vx = Math.fround(ux);
    this.vy = Math.fround(uy);
    this.x = Math.fround(px + round(ux * dt));
    this.y = Math.fround(py + round(uy * dt));
    const health = round(healed + round(round(100 - healed) * regen));
    this.hp = Math.fround(health - round(round(round(ux * ux) + round(uy * uy)) * round(EPSILON)));
  }

  /** Many steps, in local variables: fields are read and stored once. */
  protected walk(steps: number, { dt, steer, regen }: Tick): void {
    let px = this.x;
    let py = this.y;
    let ux = this.vx;
    let uy = this.vy;
    let health = this.hp;
    let gx = this.targetX;
    let gy = this.targetY;
    let r = this.rng;
    for (let left = steps; left > 0; left--) {
      let dx = round(gx - px);
      let dy = round(gy - py);
      let d2 = round(round(dx * dx) + round(dy * dy));
      if (d2 < 1) {
        r = xs(r);
        gx = arena(r);
        r = xs(r);
        gy = arena(r);
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
    this.x = Math.fround(px);
    this.y = Math.fround(py);
    this.vx = Math.fround(ux);
    this.vy = Math.fround(uy);
    this.hp = Math.fround(health);
    this.targetX = gx;
    this.targetY = gy;
    this.rng = r;
  }

  /** A new target, now and then. */
  private choose(): void {
    this.rng = xs(this.rng);
    this.targetX = arena(this.rng);
    this.rng = xs(this.rng);
    this.targetY = arena(this.rng);
  }
}
