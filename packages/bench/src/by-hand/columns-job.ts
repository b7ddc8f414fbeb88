import { START_MS } from '../arithmetic/random.js';
import { bookkeep, type Columns } from '../floor/columns.js';
import { update as updateHeavy } from '../floor/heavy.js';
import { update as updateLight } from '../floor/light.js';
import { move } from '../floor/packets.js';
import type { Job, ThreadSetup } from './job.js';
import { drain, emit, updateListed } from './mail-columns.js';
import { CLAIM, type SharedSessions } from './shared-sessions.js';

/** `share`: places `begin … end − 1` among those that are awake. `claim`: batches of all places before `end`, until there are none left. */
export interface ColumnsTask {
  readonly kind: 'share' | 'claim';
  readonly t: number;
  readonly begin: number;
  readonly end: number;
}

/** A thread, or the host beside its threads, that updates sessions in shared memory, with the loops of the floor. */
export function open(setup: ThreadSetup): Job {
  const { shared, diffMs } = setup;
  if (shared === undefined) throw new TypeError('the form columns needs its shared sessions');
  const { nextBatch } = shared;
  const update = updateOf(setup, shared);

  return (task) => {
    const { kind, t, begin, end } = task as ColumnsTask;
    const nowMs = START_MS + diffMs * (t + 1);
    if (kind === 'share') {
      update(begin, end, nowMs);
      return;
    }
    for (;;) {
      const first = Atomics.add(nextBatch, 0, 1) * CLAIM;
      if (first >= end) return;
      update(first, Math.min(first + CLAIM, end), nowMs);
    }
  };
}

/** Updates places `begin … end − 1`. All are awake but in W8: a place is a rank. */
type Update = (begin: number, end: number, nowMs: number) => void;

function updateOf({ workload, diffMs }: ThreadSetup, { columns, mail, awake }: SharedSessions): Update {
  const healed = mail?.healed ?? new Float64Array(0);
  const parts = new Map<number, Part>();
  const partOf = (begin: number, end: number): Part => {
    const known = parts.get(begin);
    if (known?.end === end) return known;
    const part = { end, columns: columnsBetween(columns, begin, end), healed: healed.subarray(begin, end) };
    parts.set(begin, part);
    return part;
  };
  if (workload === 'W0') return (begin, end, nowMs) => bookkeep(partOf(begin, end).columns, nowMs);
  if (workload === 'W1') return (begin, end, nowMs) => updateLight(partOf(begin, end).columns, nowMs, diffMs);
  if (mail === null) return (begin, end, nowMs) => updateHeavy(partOf(begin, end).columns, nowMs, diffMs);
  if (workload === 'W8') return (begin, end, nowMs) => updateListed(columns, mail, awake, begin, end, nowMs, diffMs);
  return (begin, end, nowMs) => {
    const part = partOf(begin, end);
    bookkeep(part.columns, nowMs);
    drain(columns, mail, begin, end);
    move(part.columns, part, diffMs);
    emit(columns, mail, begin, end);
  };
}

/** A part of the sessions as loops take it that go over all: made once for each, since parts are the same in every tick. */
interface Part {
  readonly end: number;
  readonly columns: Columns;
  readonly healed: Float64Array;
}

function columnsBetween(all: Columns, begin: number, end: number): Columns {
  return {
    count: end - begin,
    lastUpdate: all.lastUpdate.subarray(begin, end),
    updateCount: all.updateCount.subarray(begin, end),
    x: all.x.subarray(begin, end),
    y: all.y.subarray(begin, end),
    vx: all.vx.subarray(begin, end),
    vy: all.vy.subarray(begin, end),
    hp: all.hp.subarray(begin, end),
    targetX: all.targetX.subarray(begin, end),
    targetY: all.targetY.subarray(begin, end),
    rng: all.rng.subarray(begin, end),
    repeat: all.repeat.subarray(begin, end),
  };
}
