import { beginOf, endOf, Pc, type Places, pack, ROWS, Row } from './places.js';
import { checkTick } from './tick-check.js';
import type { Setting } from './variants.js';

type HostStep = (state: Int8Array) => string | undefined;

/** In these the host's event loop runs: `close` events reach it here and nowhere else. */
export function isAwaiting(hostPc: number): boolean {
  return hostPc === Pc.awaitOutside || hostPc === Pc.awaitReady || hostPc === Pc.awaitDrained || hostPc === Pc.betweenTicks;
}

/** Steps of the host between rounds, that no participant outside the gate has to do with. */
export function isHostsOwn(hostPc: number): boolean {
  return hostPc === Pc.beginTick || hostPc === Pc.recover || hostPc === Pc.endTick;
}

const GONE = 2;

/** The host's steps: a tick from closing the gate to the last batch, with as many rounds as deaths make of it. */
export function hostSteps(places: Places, setting: Setting): { steps: Record<number, HostStep>; canGoOn(state: Int8Array): boolean } {
  const p = places;
  const { workers, callerDrains, batches, ticks, variant = {}, blockRows = 2, oneLeaves = false, ranAlone = 0, replaces = true } = setting;
  const { doesNotSteal = false } = setting;

  const someFenced = (s: Int8Array): boolean => {
    for (let worker = 1; worker <= workers; worker++) if (s[p.fenced + worker] !== 0) return true;
    return false;
  };
  const isLive = (s: Int8Array, participant: number): boolean =>
    participant === 0
      ? callerDrains
      : s[p.ready + participant] !== 0 && s[p.retired + participant] === 0 && s[p.fenced + participant] === 0;
  const liveCount = (s: Int8Array): number => {
    let count = 0;
    for (let participant = 0; participant <= workers; participant++) if (isLive(s, participant)) count++;
    return count;
  };

  /** What a dead participant was in is reported; a batch it left unfinished goes on behind that. */
  function salvage(s: Int8Array, worker: number): string | undefined {
    const batch = s[p.batch + worker] - 1;
    if (batch < 0 || s[p.batchDone + batch] === s[p.tick]) return undefined;
    const row = s[p.row + worker];
    const base = s[p.segment + worker] - (s[p.segment + worker] % blockRows);
    let begin = 0;
    let end = 0;
    let next = ~row;
    if (row >= 16) {
      begin = (row - 16) & 3;
      end = (row - 16) >> 2;
      next = end;
    } else if (row >= 0) {
      begin = row;
      end = row + 1;
      next = end;
    }
    for (let at = base + begin; at < base + end; at++) {
      if ((s[p.rows + at] & Row.announced) === 0) return 'a row is reported that nobody was in';
      s[p.rows + at] |= Row.reported;
    }
    if (base + next > s[p.batchFrom + batch] && !variant.wholeBatchAgain) s[p.batchFrom + batch] = base + next;
    return undefined;
  }

  /** The participant's words are those of a new one, who takes the place, if somebody is to. */
  function replace(s: Int8Array, worker: number): void {
    if (!variant.rangesKept) s[p.range + worker] = 0;
    for (const word of [p.inside, p.leave, p.segment, p.batch, p.fenced, p.ready]) s[word + worker] = 0;
    s[p.row + worker] = -1;
    if (!replaces || s[p.retired + worker] !== 0) {
      s[p.retired + worker] = GONE;
      return;
    }
    s[p.pc + worker] = Pc.starting;
  }

  const steps: Record<number, HostStep> = {
    [Pc.beginTick]: (s) => {
      s[p.recovering] = 0;
      s[p.hostPc] = Pc.disarm;
      return undefined;
    },
    [Pc.disarm]: (s) => {
      s[p.armed] = 0;
      s[p.hostAt] = 1;
      s[p.hostPc] = Pc.isInside;
      return undefined;
    },
    [Pc.isInside]: (s) => {
      const worker = s[p.hostAt];
      if (worker > workers || variant.closeDoesNotWait || (variant.oneInsideCounter && s[p.insideCount] === 0)) {
        s[p.hostAt] = 0;
        s[p.isClosed] = 1;
        s[p.hostPc] = Pc.recover;
      } else if (variant.oneInsideCounter) {
        // Spins.
      } else if (s[p.fenced + worker] !== 0 || s[p.retired + worker] === GONE || s[p.inside + worker] === 0) s[p.hostAt]++;
      else s[p.hostPc] = Pc.whenOutside;
      return undefined;
    },
    [Pc.whenOutside]: (s) => {
      s[p.hostPc] = s[p.inside + s[p.hostAt]] !== 0 ? Pc.awaitOutside : Pc.isInside;
      return undefined;
    },
    [Pc.awaitOutside]: (s) => {
      s[p.hostWoken] = 0;
      s[p.hostPc] = Pc.isInside;
      return undefined;
    },
    [Pc.recover]: (s) => {
      if (variant.remainIsTruth && s[p.recovering] !== 0) return recoverByRanges(s);
      for (let worker = 1; worker <= workers; worker++) {
        if (s[p.fenced + worker] === 0) continue;
        const broke = salvage(s, worker);
        if (broke !== undefined) return broke;
        replace(s, worker);
      }
      s[p.hostPc] = Pc.give;
      return undefined;
    },
    [Pc.give]: (s) => {
      if (liveCount(s) === 0) {
        s[p.hostPc] = Pc.awaitReady;
        return undefined;
      }
      if (s[p.recovering] === 0) {
        s[p.tick]++;
        for (let batch = 0; batch < batches; batch++) s[p.batchFrom + batch] = 0;
        runAlone(s);
      }
      let count = 0;
      for (let batch = 0; batch < batches; batch++) if (s[p.batchDone + batch] !== s[p.tick]) s[p.list + count++] = batch;
      if (count === 0) {
        s[p.hostPc] = Pc.endTick;
        return undefined;
      }
      deal(s, count);
      s[p.remain] = count;
      s[p.hostPc] = Pc.armStore;
      return undefined;
    },
    [Pc.awaitReady]: (s) => {
      s[p.hostPc] = Pc.recover;
      return undefined;
    },
    [Pc.armStore]: (s) => {
      s[p.isClosed] = 0;
      s[p.hostRound] = s[p.epoch] + 1;
      s[p.armed] = s[p.hostRound];
      s[p.hostPc] = Pc.epochStore;
      return undefined;
    },
    [Pc.epochStore]: (s) => {
      s[p.epoch] = s[p.hostRound];
      s[p.hostPc] = Pc.wake;
      return undefined;
    },
    [Pc.wake]: (s) => {
      wakeAll(s);
      s[p.hostPc] = callerDrains ? Pc.draining : Pc.doneLoad;
      if (callerDrains) s[p.pc] = Pc.claimLoad;
      return undefined;
    },
    [Pc.draining]: (s) => {
      s[p.pc] = 0;
      s[p.isLast] = 0;
      s[p.hostPc] = Pc.doneLoad;
      return undefined;
    },
    [Pc.doneLoad]: (s) => {
      s[p.hostSeen] = s[p.done];
      s[p.hostPc] = s[p.done] === s[p.hostRound] ? Pc.endTick : Pc.isDrained;
      return undefined;
    },
    [Pc.isDrained]: (s) => {
      if (s[p.remain] === 0) s[p.hostPc] = Pc.endTick;
      else if (someFenced(s)) {
        s[p.recovering] = 1;
        s[p.hostPc] = Pc.disarm;
      } else s[p.hostPc] = Pc.whenDrained;
      return undefined;
    },
    [Pc.whenDrained]: (s) => {
      s[p.hostPc] = s[p.done] === s[p.hostSeen] ? Pc.awaitDrained : Pc.doneLoad;
      s[p.hostSeen] = 0;
      return undefined;
    },
    [Pc.awaitDrained]: (s) => {
      s[p.hostWoken] = 0;
      s[p.hostPc] = Pc.doneLoad;
      return undefined;
    },
    [Pc.endTick]: (s) => {
      const broke = checkTick(s, p, setting);
      s[p.hostSeen] = 0;
      s[p.hostPc] = s[p.tick] === ticks ? Pc.end : oneLeaves && s[p.tick] === 1 ? Pc.askToLeave : Pc.betweenTicks;
      return broke;
    },
    [Pc.askToLeave]: (s) => {
      s[p.leave + workers] = 1;
      s[p.retired + workers] = 1;
      s[p.hostPc] = Pc.rouse;
      return undefined;
    },
    [Pc.rouse]: (s) => {
      s[p.epoch]++;
      s[p.hostPc] = Pc.rouseWake;
      return undefined;
    },
    [Pc.rouseWake]: (s) => {
      wakeAll(s);
      s[p.hostPc] = Pc.betweenTicks;
      return undefined;
    },
    [Pc.betweenTicks]: (s) => {
      s[p.hostPc] = Pc.beginTick;
      return undefined;
    },
  };

  /** With the gate closed, as here, nobody can come between: it is one step. */
  function runAlone(s: Int8Array): void {
    for (let batch = 0; batch < ranAlone; batch++) {
      for (let row = batch * ROWS; row < (batch + 1) * ROWS; row++) s[p.rows + row] = Row.announced | Row.begun | Row.ended;
      s[p.batchDone + batch] = s[p.tick];
    }
  }

  function deal(s: Int8Array, count: number): void {
    s[p.width] = doesNotSteal ? 0 : workers + 1;
    const runners = variant.leftoversKept && s[p.recovering] !== 0 ? 1 : liveCount(s);
    let turn = 0;
    for (let participant = 0; turn < runners; participant++) {
      if (!isLive(s, participant)) continue;
      s[p.range + participant] = pack(Math.floor((turn * count) / runners), Math.floor(((turn + 1) * count) / runners));
      turn++;
    }
  }

  /** The earlier gate: what is left of the round is what lies in ranges, and what a dead participant had in hand. */
  function recoverByRanges(s: Int8Array): string | undefined {
    const left: number[] = [];
    for (let participant = 0; participant <= workers; participant++) {
      const range = s[p.range + participant];
      for (let entry = beginOf(range); entry < endOf(range); entry++) left.push(s[p.list + entry]);
    }
    for (let worker = 1; worker <= workers; worker++) {
      if (s[p.fenced + worker] === 0) continue;
      const batch = s[p.batch + worker] - 1;
      if (batch >= 0 && s[p.batchDone + batch] !== s[p.tick]) left.push(batch);
      const broke = salvage(s, worker);
      if (broke !== undefined) return broke;
      replace(s, worker);
    }
    if (liveCount(s) === 0) return 'the earlier gate is searched with somebody left';
    for (const [at, batch] of left.entries()) s[p.list + at] = batch;
    deal(s, left.length);
    s[p.hostPc] = Pc.armStore;
    return undefined;
  }

  function wakeAll(s: Int8Array): void {
    for (let worker = 1; worker <= workers; worker++) if (s[p.pc + worker] === Pc.asleep) s[p.woken + worker] = 1;
  }

  /** False while the host awaits what has not come. */
  function canGoOn(s: Int8Array): boolean {
    switch (s[p.hostPc]) {
      case Pc.awaitOutside:
        return s[p.hostWoken] !== 0 || s[p.fenced + s[p.hostAt]] !== 0;
      case Pc.awaitDrained:
        return s[p.hostWoken] !== 0 || someFenced(s);
      case Pc.awaitReady:
        return someFenced(s) || liveCount(s) > 0;
      case Pc.draining:
        return !callerDrains || s[p.pc] === Pc.drainOver;
      case Pc.isInside:
        return !variant.oneInsideCounter || s[p.insideCount] === 0;
      case Pc.end:
        return false;
      default:
        return true;
    }
  }

  return { steps, canGoOn };
}
