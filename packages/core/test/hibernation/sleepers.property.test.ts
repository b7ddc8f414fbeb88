import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_ENTRY, Sleepers } from '../../src/hibernation/sleepers.js';

/** What the model knows of a sleeper; its entry must stay what it was. */
interface Known {
  readonly entry: number;
  readonly incarnation: number;
  readonly behaviorIndex: number;
  mapId: number;
  groupId: number;
  location: number;
  dueMs: number;
  isLate: boolean;
  isRefused: boolean;
}

/** Few accounts, so that they come and go; spread, so that submaps share some; and enough to have submaps grow, shrink and shift back. */
const accountId = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 }), fc.constant(0xffff_ffff));
const mapId = fc.integer({ min: 0, max: 5 });
const groupId = fc.integer({ min: 0, max: 3 });
const dueMs = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 20 }));

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('add' as const), accountId, mapId, groupId, dueMs }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('addMany' as const), accountId, mapId, groupId, dueMs }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('remove' as const), accountId }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('removeMap' as const), mapId }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('setMap' as const), accountId, mapId }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('setGroup' as const), accountId, groupId }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('setDue' as const), accountId, dueMs }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('setLocation' as const), accountId, location: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('refuse' as const), accountId }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('beLate' as const), nowMs: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('wakeLate' as const), count: fc.nat(3) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Sleepers beside a Map of them. */
class Pair {
  readonly sleepers = new Sleepers();
  readonly known = new Map<number, Known>();
  #incarnations = 0;

  run(taken: Step): void {
    const { sleepers, known } = this;
    const there = 'accountId' in taken ? known.get(taken.accountId) : undefined;
    switch (taken.act) {
      case 'add':
        this.#add(taken.accountId, taken.mapId, taken.groupId, taken.dueMs);
        break;
      case 'addMany':
        for (let i = 0; i < 300; i++) this.#add(((taken.accountId + i * 7919) % 5000) + 1, taken.mapId, taken.groupId, taken.dueMs);
        break;
      case 'remove':
        if (there !== undefined) this.#remove(taken.accountId);
        break;
      case 'removeMap':
        for (const entry of sleepers.ofMap(taken.mapId)) this.#remove(sleepers.accountOf(entry));
        break;
      case 'setMap':
        if (there === undefined) break;
        there.mapId = taken.mapId;
        sleepers.setMap(there.entry, taken.mapId);
        break;
      case 'setGroup':
        if (there === undefined) break;
        there.groupId = taken.groupId;
        sleepers.setGroup(there.entry, taken.groupId);
        break;
      case 'setDue':
        if (there === undefined) break;
        there.dueMs = taken.dueMs;
        there.isLate = false;
        sleepers.setDue(there.entry, taken.dueMs);
        break;
      case 'setLocation':
        if (there === undefined) break;
        there.location = taken.location;
        sleepers.setLocation(there.entry, taken.location);
        break;
      case 'refuse':
        if (there === undefined) break;
        there.isRefused = true;
        there.isLate = false;
        sleepers.refuse(there.entry);
        break;
      case 'beLate':
        this.#beLate(taken.nowMs);
        break;
      case 'wakeLate':
        for (let i = 0; i < taken.count && sleepers.firstLate !== NO_ENTRY; i++) this.#remove(sleepers.accountOf(sleepers.firstLate));
    }
  }

  check(): void {
    const { sleepers, known } = this;
    expect(sleepers.count).toBe(known.size);
    const [next] = this.#byTime((one) => !one.isLate && !one.isRefused && one.dueMs !== Number.POSITIVE_INFINITY);
    expect([sleepers.nextDue, sleepers.nextDueMs]).toEqual([next?.entry ?? NO_ENTRY, next?.dueMs ?? Number.POSITIVE_INFINITY]);
    const late = this.#byTime((one) => one.isLate);
    expect([sleepers.lateCount, sleepers.firstLate]).toEqual([late.length, late[0]?.entry ?? NO_ENTRY]);
    for (const [account, one] of known) {
      const { entry } = one;
      expect(sleepers.find(account)).toBe(entry);
      expect({
        entry,
        incarnation: sleepers.incarnationOf(entry),
        behaviorIndex: sleepers.behaviorOf(entry),
        mapId: sleepers.mapOf(entry),
        groupId: sleepers.groupOf(entry),
        location: sleepers.locationOf(entry),
        dueMs: sleepers.dueMsOf(entry),
        isLate: one.isLate,
        isRefused: sleepers.isRefused(entry),
      }).toEqual(one);
    }
    for (let id = 0; id <= 6; id++) {
      expect(this.#accounts(sleepers.ofMap(id))).toEqual(this.#where((one) => one.mapId === id));
      expect(this.#accounts(sleepers.ofGroup(id))).toEqual(this.#where((one) => one.groupId === id));
    }
    expect(this.#accounts(sleepers.entries()).sort((a, b) => a - b)).toEqual(this.#where(() => true));
    for (const absent of [5001, 77_777, 0xffff_fffe]) expect(sleepers.find(absent)).toBe(NO_ENTRY);
  }

  #add(account: number, map: number, group: number, due: number): void {
    if (this.known.has(account)) return;
    const incarnation = ++this.#incarnations;
    const behaviorIndex = incarnation % 64;
    const entry = this.sleepers.add(account, incarnation, behaviorIndex, map, group, incarnation * 3, due);
    this.known.set(account, {
      entry,
      incarnation,
      behaviorIndex,
      mapId: map,
      groupId: group,
      location: incarnation * 3,
      dueMs: due,
      isLate: false,
      isRefused: false,
    });
  }

  #remove(account: number): void {
    this.sleepers.remove((this.known.get(account) as Known).entry);
    this.known.delete(account);
    expect(this.sleepers.find(account)).toBe(NO_ENTRY);
  }

  #beLate(nowMs: number): void {
    const { sleepers } = this;
    for (const one of this.#byTime(({ isLate, isRefused, dueMs }) => !isLate && !isRefused && dueMs <= nowMs)) {
      expect(sleepers.nextDue).toBe(one.entry);
      sleepers.setLate(one.entry, one.dueMs);
      one.isLate = true;
    }
  }

  #byTime(isMeant: (one: Known) => boolean): Known[] {
    const some = [...this.known].filter(([, one]) => isMeant(one));
    return some.sort(([a, { dueMs: dueA }], [b, { dueMs: dueB }]) => dueA - dueB || a - b).map(([, one]) => one);
  }

  #accounts(entries: Iterable<number>): number[] {
    return [...entries].map((entry) => this.sleepers.accountOf(entry));
  }

  #where(isThere: (one: Known) => boolean): number[] {
    return [...this.known]
      .filter(([, one]) => isThere(one))
      .map(([account]) => account)
      .sort((a, b) => a - b);
  }
}

describe('Sleepers', () => {
  it('are what a Map of them would be, whatever is done to them', () =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pair = new Pair();
        for (const taken of steps) pair.run(taken);
        pair.check();
        for (const { entry } of pair.known.values()) pair.sleepers.remove(entry);
        pair.known.clear();
        pair.check();
      }),
      { numRuns: 150 },
    ));
});
