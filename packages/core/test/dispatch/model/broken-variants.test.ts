import { describe, expect, it } from 'vitest';
import { type Finding, searchAll } from './search.js';
import { tickModel } from './tick-model.js';
import type { Setting, Variant } from './variants.js';

const pair = { workers: 1, callerDrains: true, batches: 2, ticks: 2, deaths: 1 };

/** What a search finds, by its kind; it ends early when it has found `until`. */
function findings(setting: Setting, until: readonly string[] = []) {
  const model = tickModel(setting);
  const stuckKind = (state: Int8Array) => `host at ${model.hostAt(state)}, died before ${model.diedAt(state)}`;
  const { broken, stuck, alwaysEnds } = searchAll(model, { stuckKind, until });
  const byKind = (list: readonly Finding[]) => new Map(list.map((finding) => [finding.what, finding]));
  return { broken: byKind(broken), stuck: byKind(stuck), alwaysEnds };
}

/** The way into a stuck state of the earlier gate. */
function wayInto(what: string, variant: Variant): readonly string[] {
  return findings({ ...pair, variant }, [what]).stuck.get(what)?.trace ?? [];
}

/** The steps of `trace` that `steps` names, in their order: all of them, if it goes as told. */
function goesThrough(trace: readonly string[], steps: readonly string[]): readonly string[] {
  let at = 0;
  return steps.filter((step) => {
    const found = trace.indexOf(step, at);
    if (found >= 0) at = found + 1;
    return found >= 0;
  });
}

describe('the search finds the three holes of the earlier gate', () => {
  it('the caller spins on who is inside, and what would free it needs the caller’s event loop', () => {
    const trace = wayInto('host at isInside, died before enterLoad', { oneInsideCounter: true, remainIsTruth: true });
    const story = ['worker 1: enterStore', 'worker 1 dies before enterLoad'];
    expect(goesThrough(trace, story)).toEqual(story);
    expect(trace).toContain('host: disarm');
    expect(trace).not.toContain('fence of worker 1');
  });

  it('a death between the steal and the store of the thief’s own range loses what was taken', () => {
    const story = ['worker 1: takeSwap', 'worker 1 dies before keep', 'fence of worker 1', 'host: recover', 'host: armStore'];
    expect(goesThrough(wayInto('host at awaitDrained, died before keep', { remainIsTruth: true }), story)).toEqual(story);
  });

  it('a death after a batch and before it is counted loses the count', () => {
    const story = ['worker 1: finish', 'worker 1 dies before countOff', 'fence of worker 1', 'host: recover', 'host: armStore'];
    expect(goesThrough(wayInto('host at awaitDrained, died before countOff', { remainIsTruth: true }), story)).toEqual(story);
  });
});

const AGAIN = 'an interrupted row is run again in silence';
const REPORTED_AGAIN = 'a row that was reported as interrupted is run again';
const TWICE = 'a row is run twice in a tick';
const CLOSED = 'a participant touches the round in a closed gate';
const LEFT_OUT = 'a row is not run in a tick';

describe('the search finds what comes of', () => {
  const variants: readonly [what: string, variant: Variant, broken: readonly string[], setting?: Partial<Setting>][] = [
    ['a batch run again from its beginning after a death', { wholeBatchAgain: true }, [TWICE, REPORTED_AGAIN]],
    ['a gate that does not wait for those inside', { closeDoesNotWait: true }, [CLOSED], { deaths: 0 }],
    ['a worker that looks whether there is a round before it says that it is inside', { armedReadFirst: true }, [CLOSED], { deaths: 0 }],
    ['a row that is not recorded', { rowNotRecorded: true }, [AGAIN]],
    ['a batch that stays recorded when it is done', { batchWordKept: true }, [LEFT_OUT]],
    ['a batch that is recorded before the row is reset', { batchWordFirst: true }, [LEFT_OUT]],
    ['a position that is stored after the row is reset', { fromAfterRow: true }, [TWICE], { blockRows: 1 }],
    ['a segment that is stored before the row is reset', { segmentBeforeRow: true }, [LEFT_OUT], { blockRows: 1 }],
    ['a batch that is done before it is run', { doneBeforeWork: true }, [LEFT_OUT]],
    [
      'a batch that is counted before it is done',
      { doneAfterCount: true },
      ['a tick ends while a batch is under way'],
      { everyOrder: true },
    ],
    ['a fence that comes before the thread has stopped', { fenceTooEarly: true }, [CLOSED, TWICE], { replaces: false }],
    [
      'a dead participant’s range left to thieves',
      { rangesKept: true },
      [TWICE],
      { workers: 2, batches: 3, ticks: 1, callerDrains: false },
    ],
    [
      'a range of a round that was broken off left to a worker that comes late, where nobody steals',
      { leftoversKept: true },
      [TWICE],
      { workers: 2, batches: 2, ticks: 1, doesNotSteal: true },
    ],
    ['a claim without a swap', { claimByStore: true }, [TWICE], { deaths: 0 }],
  ];

  it.each(variants)('%s', (_, variant, broken, setting = {}) => {
    const found = findings({ ...pair, ...setting, variant }, broken);
    for (const what of broken) expect([...found.broken.keys()]).toContain(what);
  });

  it('a worker that reads the epoch only when it has looked: it sleeps through a round, and the tick never ends', () => {
    const { stuck } = findings({ ...pair, callerDrains: false, deaths: 0, variant: { epochReadLate: true } });
    expect([...stuck.keys()]).toEqual(['host at awaitDrained, died before step 0']);
  });

  it('what was taken being taken back before it is run: two thieves can go on for ever', () => {
    const { broken, stuck, alwaysEnds } = findings({ ...pair, deaths: 0, variant: { takenMayBeTakenBack: true } });
    expect([broken.size, stuck.size, alwaysEnds]).toEqual([0, 0, false]);
  });
});
