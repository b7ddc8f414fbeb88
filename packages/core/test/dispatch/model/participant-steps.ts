import { beginOf, endOf, Pc, type Places, pack, ROWS, Row } from './places.js';
import type { Setting } from './variants.js';

/** One atomic step of a participant; returns what it broke. */
export type Step = (state: Int8Array, participant: number) => string | undefined;

/**
 * Steps whose stores nobody else reads before the participant has counted the batch off, or has its fence: from the claim to the count. In
 * whatever order they are taken among others' steps, the states behind are the same; a row run twice shows in its bits.
 */
export function isOwn(pc: number): boolean {
  return pc >= Pc.wordRow && pc <= Pc.wordBatchDone;
}

/** Whoever takes one of these is at work on a round. */
export function isInRound(pc: number): boolean {
  return pc >= Pc.claimLoad && pc <= Pc.keep;
}

/** `row` while rows from `first` on are in one call of `updateBatch`. */
export function segmentRunning(first: number, stop: number): number {
  return 16 + stop * 4 + first;
}

/** The steps of a participant, from looking up to sleeping: `Member`, `drain`, `Participant.#runBatch`. */
export function participantSteps(places: Places, setting: Setting): Record<number, Step> {
  const p = places;
  const { variant = {}, blockRows = 2, wholeSegments = false, workers } = setting;
  const participants = workers + 1;

  const stopOf = (s: Int8Array, me: number): number => (s[p.heldBatch + me] + 1) * ROWS;
  /** First row after what is updated together, and after the segment. */
  const updateStop = (at: number): number => (wholeSegments ? at - (at % blockRows) + blockRows : at + 1);

  function markRows(s: Int8Array, me: number, bit: number): void {
    const at = s[p.at + me];
    for (let row = at; row < updateStop(at); row++) s[p.rows + row] |= bit;
  }

  function afterClaim(s: Int8Array, me: number, range: number): void {
    s[p.heldRange + me] = 0;
    s[p.heldBatch + me] = s[p.list + beginOf(range)];
    s[p.pc + me] = variant.batchWordFirst ? Pc.wordBatch : Pc.wordRow;
  }

  function beginAt(s: Int8Array, me: number): void {
    const batch = s[p.heldBatch + me];
    s[p.at + me] = Math.max(batch * ROWS, s[p.batchFrom + batch]);
  }

  function beginRows(s: Int8Array, me: number): void {
    if (variant.doneBeforeWork) s[p.batchDone + s[p.heldBatch + me]] = s[p.tick];
    s[p.pc + me] = s[p.at + me] < stopOf(s, me) ? Pc.wordRowNow : Pc.finish;
  }

  function lookForMore(s: Int8Array, me: number): void {
    s[p.turn + me] = 1;
    s[p.pc + me] = Pc.takeLoad;
  }

  /** A batch is done: its entry is counted when the range has no more. */
  function nextBatch(s: Int8Array, me: number): void {
    s[p.heldBatch + me] = 0;
    s[p.at + me] = 0;
    if (!variant.doneAfterCount) s[p.uncounted + me]++;
    s[p.pc + me] = Pc.claimLoad;
  }

  function leaveRound(s: Int8Array, me: number): void {
    s[p.turn + me] = 0;
    s[p.pc + me] = me === 0 ? Pc.drainOver : Pc.exitStore;
  }

  return {
    [Pc.starting]: (s, me) => {
      s[p.ready + me] = 1;
      s[p.pc + me] = Pc.readEpoch;
      return undefined;
    },
    [Pc.readEpoch]: (s, me) => {
      s[p.seen + me] = s[p.epoch];
      s[p.pc + me] = variant.epochReadLate ? Pc.whenPast : Pc.isAskedToLeave;
      return undefined;
    },
    [Pc.isAskedToLeave]: (s, me) => {
      s[p.pc + me] = s[p.leave + me] !== 0 ? Pc.left : variant.armedReadFirst ? Pc.enterLoad : Pc.enterStore;
      return undefined;
    },
    [Pc.enterStore]: (s, me) => {
      if (variant.oneInsideCounter) s[p.insideCount]++;
      s[p.inside + me] = 1;
      s[p.pc + me] = variant.armedReadFirst ? (s[p.round + me] !== 0 ? Pc.claimLoad : Pc.exitStore) : Pc.enterLoad;
      return undefined;
    },
    [Pc.enterLoad]: (s, me) => {
      s[p.round + me] = s[p.armed];
      s[p.pc + me] = variant.armedReadFirst ? Pc.enterStore : s[p.armed] !== 0 ? Pc.claimLoad : Pc.exitStore;
      return undefined;
    },

    [Pc.claimLoad]: (s, me) => {
      const range = s[p.range + me];
      s[p.heldRange + me] = range;
      const isEmpty = beginOf(range) >= endOf(range);
      if (isEmpty) s[p.heldRange + me] = 0;
      if (!isEmpty) s[p.pc + me] = Pc.claimSwap;
      else if (s[p.uncounted + me] > 0) s[p.pc + me] = Pc.countOff;
      else lookForMore(s, me);
      return undefined;
    },
    [Pc.claimSwap]: (s, me) => {
      const range = s[p.heldRange + me];
      if (s[p.range + me] !== range && !variant.claimByStore) {
        s[p.heldRange + me] = 0;
        s[p.pc + me] = Pc.claimLoad;
        return undefined;
      }
      s[p.range + me] = pack(beginOf(range) + 1, endOf(range));
      afterClaim(s, me, range);
      return undefined;
    },

    [Pc.wordRow]: (s, me) => {
      s[p.row + me] = -1;
      beginAt(s, me);
      s[p.pc + me] = Pc.wordSegment;
      return undefined;
    },
    [Pc.wordSegment]: (s, me) => {
      s[p.segment + me] = s[p.at + me];
      if (variant.batchWordFirst) beginRows(s, me);
      else s[p.pc + me] = Pc.wordBatch;
      return undefined;
    },
    [Pc.wordBatch]: (s, me) => {
      s[p.batch + me] = s[p.heldBatch + me] + 1;
      if (variant.batchWordFirst) s[p.pc + me] = Pc.wordRow;
      else beginRows(s, me);
      return undefined;
    },
    [Pc.wordRowNow]: (s, me) => {
      const first = s[p.at + me] % blockRows;
      if (!variant.rowNotRecorded) s[p.row + me] = wholeSegments ? segmentRunning(first, blockRows) : first;
      markRows(s, me, Row.announced);
      s[p.pc + me] = Pc.updateBegin;
      return undefined;
    },
    [Pc.updateBegin]: (s, me) => {
      const at = s[p.at + me];
      for (let other = 0; other < participants; other++) {
        if (other !== me && s[p.pc + other] === Pc.updateEnd && s[p.at + other] === at) return 'two participants in one row';
      }
      const row = s[p.rows + at];
      if ((row & Row.reported) !== 0) return 'a row that was reported as interrupted is run again';
      if ((row & Row.ended) !== 0) return 'a row is run twice in a tick';
      if ((row & Row.begun) !== 0) return 'an interrupted row is run again in silence';
      markRows(s, me, Row.begun);
      s[p.pc + me] = Pc.updateEnd;
      return undefined;
    },
    [Pc.updateEnd]: (s, me) => {
      markRows(s, me, Row.ended);
      s[p.at + me] = updateStop(s[p.at + me]);
      const at = s[p.at + me];
      s[p.pc + me] = at % blockRows === 0 || at >= stopOf(s, me) ? Pc.wordRunDone : Pc.wordRowNow;
      return undefined;
    },
    [Pc.wordRunDone]: (s, me) => {
      const at = s[p.at + me];
      s[p.row + me] = ~(((at - 1) % blockRows) + 1);
      if (at >= stopOf(s, me)) s[p.pc + me] = variant.doneAfterCount ? Pc.countOff : Pc.finish;
      else s[p.pc + me] = variant.fromAfterRow ? Pc.nextRow : variant.segmentBeforeRow ? Pc.nextSegment : Pc.advance;
      return undefined;
    },
    [Pc.advance]: (s, me) => {
      s[p.batchFrom + s[p.heldBatch + me]] = s[p.at + me];
      s[p.pc + me] = variant.fromAfterRow ? Pc.nextSegment : Pc.nextRow;
      return undefined;
    },
    [Pc.nextRow]: (s, me) => {
      s[p.row + me] = -1;
      s[p.pc + me] = variant.fromAfterRow ? Pc.advance : variant.segmentBeforeRow ? Pc.wordRowNow : Pc.nextSegment;
      return undefined;
    },
    [Pc.nextSegment]: (s, me) => {
      s[p.segment + me] = s[p.at + me];
      s[p.pc + me] = variant.segmentBeforeRow ? Pc.advance : Pc.wordRowNow;
      return undefined;
    },
    [Pc.finish]: (s, me) => {
      s[p.batchDone + s[p.heldBatch + me]] = s[p.tick];
      if (variant.batchWordKept) nextBatch(s, me);
      else s[p.pc + me] = Pc.wordBatchDone;
      return undefined;
    },
    [Pc.wordBatchDone]: (s, me) => {
      s[p.batch + me] = 0;
      nextBatch(s, me);
      return undefined;
    },
    [Pc.countOff]: (s, me) => {
      s[p.remain] -= variant.doneAfterCount ? 1 : s[p.uncounted + me];
      s[p.uncounted + me] = 0;
      if (s[p.remain] < 0) return 'more batches are counted than there are';
      if (s[p.remain] === 0) s[p.isLast + me] = 1;
      if (variant.doneAfterCount) s[p.pc + me] = Pc.finish;
      else if (s[p.isLast + me] !== 0) leaveRound(s, me);
      else lookForMore(s, me);
      return undefined;
    },

    [Pc.takeLoad]: (s, me) => {
      const width = s[p.width];
      const turn = s[p.turn + me];
      if (turn > width) {
        leaveRound(s, me);
        return undefined;
      }
      const range = s[p.range + ((me + turn) % width)];
      if (beginOf(range) >= endOf(range)) s[p.turn + me]++;
      else {
        s[p.heldRange + me] = range;
        s[p.pc + me] = Pc.takeSwap;
      }
      return undefined;
    },
    [Pc.takeSwap]: (s, me) => {
      const victim = p.range + ((me + s[p.turn + me]) % s[p.width]);
      const range = s[p.heldRange + me];
      if (s[victim] !== range) {
        s[p.heldRange + me] = 0;
        s[p.pc + me] = Pc.takeLoad;
        return undefined;
      }
      const middle = endOf(range) - ((endOf(range) - beginOf(range) + 1) >> 1);
      s[victim] = pack(beginOf(range), middle);
      s[p.heldRange + me] = pack(middle, endOf(range));
      s[p.turn + me] = 0;
      s[p.pc + me] = Pc.keep;
      return undefined;
    },
    [Pc.keep]: (s, me) => {
      const range = s[p.heldRange + me];
      if (variant.takenMayBeTakenBack) {
        s[p.range + me] = range;
        s[p.heldRange + me] = 0;
        s[p.pc + me] = Pc.claimLoad;
      } else {
        s[p.range + me] = pack(beginOf(range) + 1, endOf(range));
        afterClaim(s, me, range);
      }
      return undefined;
    },

    [Pc.exitStore]: (s, me) => {
      if (variant.oneInsideCounter) s[p.insideCount]--;
      s[p.inside + me] = 0;
      s[p.pc + me] = Pc.exitNotify;
      return undefined;
    },
    [Pc.exitNotify]: (s, me) => {
      if (s[p.hostPc] === Pc.awaitOutside && s[p.hostAt] === me) s[p.hostWoken] = 1;
      if (s[p.isLast + me] !== 0) s[p.pc + me] = Pc.drainedStore;
      else toSleep(s, me);
      return undefined;
    },
    [Pc.drainedStore]: (s, me) => {
      s[p.done] = s[p.round + me];
      s[p.isLast + me] = 0;
      s[p.pc + me] = Pc.drainedNotify;
      return undefined;
    },
    [Pc.drainedNotify]: (s, me) => {
      if (s[p.hostPc] === Pc.awaitDrained) s[p.hostWoken] = 1;
      toSleep(s, me);
      return undefined;
    },
    [Pc.whenPast]: (s, me) => {
      if (s[p.epoch] !== s[p.seen + me]) {
        s[p.seen + me] = 0;
        s[p.pc + me] = variant.epochReadLate ? Pc.isAskedToLeave : Pc.readEpoch;
      } else s[p.pc + me] = Pc.asleep;
      return undefined;
    },
    [Pc.asleep]: (s, me) => {
      s[p.woken + me] = 0;
      s[p.seen + me] = 0;
      s[p.pc + me] = variant.epochReadLate ? Pc.isAskedToLeave : Pc.readEpoch;
      return undefined;
    },
  };

  function toSleep(s: Int8Array, me: number): void {
    s[p.round + me] = 0;
    s[p.pc + me] = variant.epochReadLate ? Pc.readEpoch : Pc.whenPast;
  }
}
