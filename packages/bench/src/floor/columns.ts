import { FIRST_ACCOUNT, startValues } from '../arithmetic/random.js';

/** Every session's fields, one typed array a field, in one SharedArrayBuffer. Element i is the session of rank i. */
export interface Columns {
  readonly count: number;
  readonly lastUpdate: Float64Array;
  readonly updateCount: Uint32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly vx: Float32Array;
  readonly vy: Float32Array;
  readonly hp: Float32Array;
  readonly targetX: Float32Array;
  readonly targetY: Float32Array;
  readonly rng: Int32Array;
  /** Steps an update, where a workload makes many. */
  readonly repeat: Uint32Array;
}

const WORD_COLUMNS = 10;

/** `repeatOf`: steps an update of the session of a rank, to begin with. */
export function columnsOf(count: number, repeatOf: (rank: number) => number): Columns {
  // A line of 64 bytes between columns: at a power of two of sessions they would all fall on the same cache sets.
  const stride = (Math.ceil(count / 16) + 1) * 64;
  const buffer = new SharedArrayBuffer(stride * (WORD_COLUMNS + 2));
  let at = stride * 2;
  const next = (): number => {
    at += stride;
    return at - stride;
  };
  const columns: Columns = {
    count,
    lastUpdate: new Float64Array(buffer, 0, count),
    updateCount: new Uint32Array(buffer, next(), count),
    x: new Float32Array(buffer, next(), count),
    y: new Float32Array(buffer, next(), count),
    vx: new Float32Array(buffer, next(), count),
    vy: new Float32Array(buffer, next(), count),
    hp: new Float32Array(buffer, next(), count).fill(100),
    targetX: new Float32Array(buffer, next(), count),
    targetY: new Float32Array(buffer, next(), count),
    rng: new Int32Array(buffer, next(), count),
    repeat: new Uint32Array(buffer, next(), count),
  };
  for (let i = 0; i < count; i++) {
    const start = startValues(FIRST_ACCOUNT + i);
    columns.x[i] = start.x;
    columns.y[i] = start.y;
    columns.targetX[i] = start.targetX;
    columns.targetY[i] = start.targetY;
    columns.rng[i] = start.rng;
    columns.repeat[i] = repeatOf(i);
  }
  return columns;
}

/** What every update of an active session does. In passes of its own: fewer arrays in a loop, faster loops. */
export function bookkeep({ count, updateCount, lastUpdate }: Columns, nowMs: number): void {
  lastUpdate.fill(nowMs);
  for (let i = 0; i < count; i++) updateCount[i]++;
}
