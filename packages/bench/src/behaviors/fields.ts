import { f32, type Session, u32 } from '@dormouse/core/behavior';
import { startValues } from '../arithmetic/random.js';

/** State of a session in every workload. */
export const fields = {
  x: f32(),
  y: f32(),
  vx: f32(),
  vy: f32(),
  hp: f32({ initial: 100 }),
  targetX: f32(),
  targetY: f32(),
  rng: u32(),
};

/** The same in reach of kernels. */
export const hotFields = {
  x: f32({ hot: true }),
  y: f32({ hot: true }),
  vx: f32({ hot: true }),
  vy: f32({ hot: true }),
  hp: f32({ hot: true, initial: 100 }),
  targetX: f32({ hot: true }),
  targetY: f32({ hot: true }),
  rng: u32({ hot: true }),
};

/** What `createSession` hands to `create`. */
export interface Init {
  /** Steps an update, where a workload makes many. */
  readonly repeat: number;
  /** How many sessions a hotspot moves among; left out where there is none. */
  readonly hotspotAmong?: number;
}

/** The start values of the workloads. */
export function create(session: Session<typeof fields>): void {
  const { state } = session;
  const { x, y, targetX, targetY, rng } = startValues(session.accountId);
  state.x = x;
  state.y = y;
  state.targetX = targetX;
  state.targetY = targetY;
  state.rng = rng;
}
