import type { Belongings, FinalSession, JournalEntry } from '../compare/contender.js';

/** Session of rank 0. */
export const FIRST_ACCOUNT = 10_000;
/** Simulated time before tick 0. */
export const START_MS = 1_000_000;

/** The generator, i32 to i32. */
export function xs(r: number): number {
  r ^= r << 13;
  r ^= r >>> 17;
  r ^= r << 5;
  return r;
}

export function arena(r: number): number {
  return (r >>> 8) * 2 ** -17;
}

/** A session as docs/workloads.md has it, before tick 0. */
export class ReferenceSession {
  readonly rank: number;
  readonly accountId: number;
  updateCount = 0;
  x: number;
  y: number;
  vx = 0;
  vy = 0;
  hp = 100;
  targetX: number;
  targetY: number;
  /** i32: V8 keeps that without a box. */
  rng: number;
  packetsIn = 0;
  packetsOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** W8: of the tick that drained the last packet. */
  lastPacketMs = START_MS;
  asleep = false;
  /** W5. */
  title = '';
  readonly inventory = new Map<string, number>();
  readonly journal: JournalEntry[] = [];

  constructor(rank: number) {
    this.rank = rank;
    this.accountId = FIRST_ACCOUNT + rank;
    let r = Math.imul(this.accountId, 0x9e37_79b1);
    if (r === 0) r = 1;
    r = xs(r);
    this.x = arena(r);
    r = xs(r);
    this.y = arena(r);
    r = xs(r);
    this.targetX = arena(r);
    r = xs(r);
    this.targetY = arena(r);
    this.rng = r;
  }

  /** As it is now; what it has, which W5 alone counts, only if that is asked for. */
  final(withBelongings: boolean): FinalSession {
    const { updateCount, x, y, vx, vy, hp, targetX, targetY, rng, packetsIn, packetsOut, bytesIn, bytesOut } = this;
    const values = { updateCount, x, y, vx, vy, hp, targetX, targetY, rng: rng >>> 0, packetsIn, packetsOut, bytesIn, bytesOut };
    return withBelongings ? { ...values, belongings: this.#belongings() } : values;
  }

  #belongings(): Belongings {
    return { title: this.title, inventory: new Map(this.inventory), journal: [...this.journal] };
  }
}
