import { hostSteps, isAwaiting, isHostsOwn } from './host-steps.js';
import { isInRound, isOwn, participantSteps } from './participant-steps.js';
import { beginOf, endOf, nameOf, Pc, placesFor, ROWS, Row } from './places.js';
import type { System } from './search.js';
import type { Setting } from './variants.js';

const HOST = 0;
const Kind = { step: 0, death: 1, fence: 2 } as const;

/** Entries of the list that are in a range, as bits. */
function entriesOf(range: number): number {
  return beginOf(range) < endOf(range) ? (1 << endOf(range)) - (1 << beginOf(range)) : 0;
}

/**
 * The tick protocol as a state machine: the host, and workers each of which may die at any step. Atomic steps are those of `Gate`,
 * `SharedRound` and a participant's words; a thread's end and its port's `close` event are two steps, with any time between.
 */
export function tickModel(setting: Setting): System & { diedAt(state: Int8Array): string; hostAt(state: Int8Array): string } {
  const { workers, batches, deaths, variant, everyOrder = false, oneLeaves = false } = setting;
  const p = placesFor(workers + 1, batches);
  const participant = participantSteps(p, setting);
  const host = hostSteps(p, setting);
  const after = new Int8Array(p.size);
  type Visit = Parameters<System['expand']>[1];

  /** Sets what no step will read again to one value, so that states that differ in nothing else are one. */
  function forget(s: Int8Array): void {
    let entries = 0;
    for (let one = 0; one <= workers; one++) {
      if (beginOf(s[p.range + one]) >= endOf(s[p.range + one])) s[p.range + one] = 0;
      entries |= entriesOf(s[p.range + one]) | entriesOf(s[p.heldRange + one]);
      // The order of stores is what broken variants break: there a stale word may be read.
      if (variant === undefined && s[p.batch + one] === 0 && !isOwn(s[p.pc + one])) {
        s[p.row + one] = -1;
        s[p.segment + one] = 0;
      }
    }
    for (let at = 0; at < batches; at++) {
      if ((entries & (1 << at)) === 0) s[p.list + at] = -1;
      if (s[p.batchDone + at] === s[p.tick]) s[p.batchFrom + at] = 0;
    }
    for (let row = 0; row < batches * ROWS; row++)
      if ((s[p.rows + row] & Row.reported) !== 0) s[p.rows + row] = Row.reported | Row.announced;
  }

  function isRunnable(s: Int8Array, worker: number): boolean {
    const pc = s[p.pc + worker];
    if (pc === Pc.dead || pc === Pc.left) return false;
    return pc !== Pc.asleep || s[p.woken + worker] !== 0;
  }

  function die(s: Int8Array, worker: number): void {
    s[p.deathsLeft]--;
    if (variant !== undefined) s[p.diedAt] = s[p.pc + worker];
    if (variant?.fenceTooEarly) {
      s[p.fenced + worker] = 1;
      return;
    }
    s[p.pc + worker] = Pc.dead;
    for (const own of [p.seen, p.round, p.heldRange, p.heldBatch, p.at, p.turn, p.isLast, p.uncounted, p.woken]) s[own + worker] = 0;
  }

  function canDie(s: Int8Array, worker: number): boolean {
    const pc = s[p.pc + worker];
    if (s[p.deathsLeft] === 0 || pc === Pc.dead || pc === Pc.left) return false;
    return !variant?.fenceTooEarly || (isAwaiting(s[p.hostPc]) && s[p.retired + worker] === 0);
  }

  function fence(s: Int8Array, worker: number): void {
    s[p.fenced + worker] = 1;
    if (!variant?.oneInsideCounter || s[p.inside + worker] === 0) return;
    s[p.inside + worker] = 0;
    s[p.insideCount]--;
  }

  function visitStep(s: Int8Array, actor: number, visit: Visit): void {
    after.set(s);
    const pc = s[p.pc + actor];
    const isHosts = actor === HOST && (pc === 0 || pc === Pc.drainOver);
    const broke = isHosts ? host.steps[s[p.hostPc]](after) : participant[pc](after, actor);
    forget(after);
    visit(
      after,
      actor,
      false,
      !isHosts && s[p.isClosed] !== 0 && isInRound(pc) ? 'a participant touches the round in a closed gate' : broke,
    );
  }

  function visitDeath(s: Int8Array, worker: number, visit: Visit): void {
    if (!canDie(s, worker)) return;
    after.set(s);
    die(after, worker);
    forget(after);
    visit(after, worker | (Kind.death << 4), true, undefined);
  }

  return {
    size: p.size,
    initial() {
      const s = new Int8Array(p.size);
      s[p.hostPc] = Pc.beginTick;
      s[p.isClosed] = 1;
      s[p.deathsLeft] = deaths;
      for (let worker = 1; worker <= workers; worker++) {
        s[p.pc + worker] = Pc.readEpoch;
        s[p.ready + worker] = 1;
        s[p.row + worker] = -1;
      }
      return s;
    },
    expand(s, visit) {
      if (!everyOrder) {
        // What only its own actor can see goes first: in whatever order it is taken, the states behind are the same.
        if (isHostsOwn(s[p.hostPc])) {
          visitStep(s, HOST, visit);
          return;
        }
        for (let actor = 0; actor <= workers; actor++) {
          if (!isOwn(s[p.pc + actor]) && !(s[p.pc + actor] === Pc.isAskedToLeave && !oneLeaves)) continue;
          visitStep(s, actor, visit);
          if (actor !== HOST) visitDeath(s, actor, visit);
          return;
        }
      }
      const isDraining = s[p.pc] !== 0 && s[p.pc] !== Pc.drainOver;
      if (isDraining || host.canGoOn(s)) visitStep(s, HOST, visit);
      for (let worker = 1; worker <= workers; worker++) {
        if (isRunnable(s, worker)) visitStep(s, worker, visit);
        visitDeath(s, worker, visit);
        const pc = s[p.pc + worker];
        if ((pc === Pc.dead || pc === Pc.left) && s[p.fenced + worker] === 0 && s[p.retired + worker] !== 2 && isAwaiting(s[p.hostPc])) {
          after.set(s);
          fence(after, worker);
          visit(after, worker | (Kind.fence << 4), false, undefined);
        }
      }
    },
    isEnd: (s) => s[p.hostPc] === Pc.end,
    describe(label, before) {
      const actor = label & 15;
      const kind = label >> 4;
      const pc = before[p.pc + actor];
      if (kind === Kind.death) return `worker ${actor} dies before ${nameOf(pc)}`;
      if (kind === Kind.fence) return `fence of worker ${actor}`;
      if (actor !== HOST) return `worker ${actor}: ${nameOf(pc)}`;
      return pc === 0 || pc === Pc.drainOver ? `host: ${nameOf(before[p.hostPc])}` : `caller: ${nameOf(pc)}`;
    },
    diedAt: (s) => nameOf(s[p.diedAt]),
    hostAt: (s) => nameOf(s[p.hostPc]),
  };
}
