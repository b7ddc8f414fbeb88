import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { u32 } from '../../src/layout/field.js';
import { SlotState } from '../../src/layout/geometry.js';
import { LeastActive } from '../../src/manager/sleep/least-active.js';
import type { SessionStore } from '../../src/session/store.js';
import { makeStore } from '../session/store-fixture.js';

const EVER = Number.POSITIVE_INFINITY;

/** Accounts, each last active at its time. */
function storeOf(sessions: Iterable<readonly [accountId: number, activeMs: number]>) {
  const { store, clock, create } = makeStore({ value: u32() });
  for (const [accountId, activeMs] of sessions) {
    clock.nowMs = activeMs;
    create(accountId);
  }
  return store;
}

/** A search in steps of one block; the accounts that it finds. */
function finder(store: SessionStore, most: number, may: (slot: number) => boolean = () => true) {
  const search = new LeastActive(store, most, may);
  const find = (wanted: number, beforeMs: number): number[] => {
    let steps = 1;
    search.begin(wanted, beforeMs);
    while (!search.step(1)) steps++;
    expect(steps).toBeLessThanOrEqual(Math.max(store.pool.blocks.length, 1));
    return [...search.accountIds.subarray(0, search.count)];
  };
  return { find, search };
}

describe('LeastActive', () => {
  it('finds those idle longest, by account where they are alike', () => {
    const store = storeOf([
      [4, 10],
      [9, 30],
      [2, 10],
      [7, 5],
      [1, 30],
    ]);
    const { find, search } = finder(store, 16);
    expect(find(3, EVER)).toEqual([7, 2, 4]);
    expect(find(16, EVER)).toEqual([7, 2, 4, 1, 9]);
    expect([...search.lastActivityMs.subarray(0, 5)]).toEqual([5, 10, 10, 30, 30]);
  });

  it('finds nobody when none is wanted, none was idle for so long, or none may', () => {
    const store = storeOf([[1, 10]]);
    const { find } = finder(store, 16);
    expect(find(0, EVER)).toEqual([]);
    expect(find(1, 9.5)).toEqual([]);
    expect(finder(store, 16, () => false).find(1, EVER)).toEqual([]);
  });

  it('passes over whoever is not active', () => {
    const store = storeOf([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    store.setState(store.index.get(1), SlotState.hibernating);
    store.setState(store.index.get(2), SlotState.quarantined);
    expect(finder(store, 16).find(3, EVER)).toEqual([3]);
  });

  it('finds what sorting all of them would, of any accounts and times, as far as it has room', () => {
    const sessions = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 0xffff_ffff }), fc.integer({ min: 0, max: 8 })), {
      maxLength: 200,
      selector: ([accountId]) => accountId,
    });
    return fc.assert(
      fc.property(sessions, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 8 }), (given, wanted, beforeMs) => {
        const may = (slot: number): boolean => slot % 7 !== 3;
        const { find } = finder(storeOf(given), 32, may);
        const sorted = given
          .map(([accountId, activeMs], slot) => ({ accountId, activeMs, slot }))
          .filter(({ activeMs, slot }) => activeMs <= beforeMs && may(slot))
          .sort((a, b) => a.activeMs - b.activeMs || a.accountId - b.accountId);
        expect(find(wanted, beforeMs)).toEqual(sorted.slice(0, Math.min(wanted, 32)).map(({ accountId }) => accountId));
      }),
      { numRuns: 200 },
    );
  });
});
