import type { OwnBelongings } from '../arithmetic/items.js';
import { FIRST_ACCOUNT, START_MS, startValues } from '../arithmetic/random.js';
import type { ComparedWorkload, FinalSession } from '../compare/contender.js';
import { stepsOf } from '../workloads.js';

/** A session as a plain object, which can be cloned: what its workload needs, and nothing more. */
export interface Bot {
  readonly accountId: number;
  /** An update, where that is always the same. */
  readonly steps: number;
  updateCount: number;
  lastUpdateMs: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  hp: number;
  targetX: number;
  targetY: number;
  /** i32: V8 keeps that without a box. */
  rng: number;
}

/** One that gets packets, and may send some: W2 and W8. */
export interface Correspondent extends Bot {
  packetsIn: number;
  packetsOut: number;
  bytesIn: number;
  bytesOut: number;
}

/** One that has belongings: W5. */
export interface Owner extends Bot, OwnBelongings {}

/** The session of a rank before tick 0. All of a workload have the same fields in the same order: V8 sees one shape. */
export function newBot(workload: ComparedWorkload, rank: number, sessions: number): Bot {
  const accountId = FIRST_ACCOUNT + rank;
  const { x, y, targetX, targetY, rng } = startValues(accountId);
  const bot: Bot = {
    accountId,
    steps: stepsOf(workload, rank, sessions),
    updateCount: 0,
    lastUpdateMs: START_MS,
    x,
    y,
    vx: 0,
    vy: 0,
    hp: 100,
    targetX,
    targetY,
    rng: rng | 0,
  };
  if (getsPackets(workload)) return Object.assign(bot, { packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 });
  return workload === 'W5' ? Object.assign(bot, { title: '', inventory: new Map(), journal: [] }) : bot;
}

export function getsPackets(workload: ComparedWorkload): boolean {
  return workload === 'W2' || workload === 'W8';
}

/** What counts of it. */
export function finalOf(bot: Bot & Partial<Correspondent> & Partial<Owner>): FinalSession {
  const { updateCount, x, y, vx, vy, hp, targetX, targetY, rng, title, inventory, journal } = bot;
  const { packetsIn = 0, packetsOut = 0, bytesIn = 0, bytesOut = 0 } = bot;
  const values = { updateCount, x, y, vx, vy, hp, targetX, targetY, rng: rng >>> 0, packetsIn, packetsOut, bytesIn, bytesOut };
  return title === undefined ? values : { ...values, belongings: { title, inventory: inventory ?? new Map(), journal: journal ?? [] } };
}
