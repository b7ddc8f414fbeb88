import { arena, type ReferenceSession, xs } from './session.js';

/** Makes steps of a session: those of one update, between which nothing is stored. `gained`: health that a packet brought before the first. */
export type Advance = (session: ReferenceSession, steps: number, diffMs: number, gained: number) => void;

const f = Math.fround;

/** Rounded to binary32 at every operation. */
export const advanceF32: Advance = (session, steps, diffMs, gained) => {
  const dt = f(diffMs / 1000);
  const steer = f(4 * dt);
  const regen = f(f(0.05) * dt);
  const eps = f(0.001);
  let { x, y, vx, vy, targetX, targetY, rng } = session;
  let hp = f(session.hp + gained);
  for (let step = 0; step < steps; step++) {
    let dx = f(targetX - x);
    let dy = f(targetY - y);
    let d2 = f(f(dx * dx) + f(dy * dy));
    if (d2 < 1) {
      rng = xs(rng);
      targetX = arena(rng);
      rng = xs(rng);
      targetY = arena(rng);
      dx = f(targetX - x);
      dy = f(targetY - y);
      d2 = f(f(dx * dx) + f(dy * dy));
    }
    const inv = f(7 / f(f(Math.sqrt(d2)) + eps));
    vx = f(vx + f(f(f(dx * inv) - vx) * steer));
    vy = f(vy + f(f(f(dy * inv) - vy) * steer));
    x = f(x + f(vx * dt));
    y = f(y + f(vy * dt));
    hp = f(hp + f(f(100 - hp) * regen));
    hp = f(hp - f(f(f(vx * vx) + f(vy * vy)) * eps));
  }
  store(session, x, y, vx, vy, hp, targetX, targetY, rng);
};

/** The same in binary64, rounded only when it stores. */
export const advanceF64: Advance = (session, steps, diffMs, gained) => {
  const dt = diffMs / 1000;
  const steer = 4 * dt;
  const regen = 0.05 * dt;
  const eps = 0.001;
  let { x, y, vx, vy, targetX, targetY, rng } = session;
  let hp = session.hp + gained;
  for (let step = 0; step < steps; step++) {
    let dx = targetX - x;
    let dy = targetY - y;
    let d2 = dx * dx + dy * dy;
    if (d2 < 1) {
      rng = xs(rng);
      targetX = arena(rng);
      rng = xs(rng);
      targetY = arena(rng);
      dx = targetX - x;
      dy = targetY - y;
      d2 = dx * dx + dy * dy;
    }
    const inv = 7 / (Math.sqrt(d2) + eps);
    vx = vx + (dx * inv - vx) * steer;
    vy = vy + (dy * inv - vy) * steer;
    x = x + vx * dt;
    y = y + vy * dt;
    hp = hp + (100 - hp) * regen;
    hp = hp - (vx * vx + vy * vy) * eps;
  }
  store(session, x, y, vx, vy, hp, targetX, targetY, rng);
};

function store(
  session: ReferenceSession,
  x: number,
  y: number,
  vx: number,
  vy: number,
  hp: number,
  targetX: number,
  targetY: number,
  rng: number,
): void {
  session.x = f(x);
  session.y = f(y);
  session.vx = f(vx);
  session.vy = f(vy);
  session.hp = f(hp);
  session.targetX = targetX;
  session.targetY = targetY;
  session.rng = rng;
}
