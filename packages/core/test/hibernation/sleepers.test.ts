import { describe, expect, it } from 'vitest';
import { PAGE_ENTRIES } from '../../src/hibernation/entry-pages.js';
import { NO_ENTRY, Sleepers } from '../../src/hibernation/sleepers.js';

const NEVER = Number.POSITIVE_INFINITY;
const MILLION = 1_000_000;

/** Adds accounts 1 … count, each on map 7, with nothing else set. */
function sleepersOf(count: number): Sleepers {
  const sleepers = new Sleepers();
  for (let accountId = 1; accountId <= count; accountId++) sleepers.add(accountId, accountId, 0, 7, 0, 0, NEVER);
  return sleepers;
}

/** Those on the clock until then, by the order in which they are due; they are late afterwards. */
function takeDue(sleepers: Sleepers, nowMs: number): number[] {
  const due: number[] = [];
  for (let entry = sleepers.nextDue; sleepers.nextDueMs <= nowMs && entry !== NO_ENTRY; entry = sleepers.nextDue) {
    sleepers.setLate(entry, sleepers.dueMsOf(entry));
    due.push(entry);
  }
  return due;
}

function accountsOf(sleepers: Sleepers, entries: Iterable<number>): number[] {
  return [...entries].map((entry) => sleepers.accountOf(entry));
}

describe('Sleepers', () => {
  it('keeps what it was told of a sleeper', () => {
    const sleepers = new Sleepers();
    const entry = sleepers.add(4_294_967_295, -5, 63, 4_294_967_294, 4_294_967_293, 4_294_967_292, 12.5);
    expect(sleepers.find(4_294_967_295)).toBe(entry);
    expect(sleepers.accountOf(entry)).toBe(4_294_967_295);
    expect(sleepers.incarnationOf(entry)).toBe(-5);
    expect(sleepers.behaviorOf(entry)).toBe(63);
    expect(sleepers.mapOf(entry)).toBe(4_294_967_294);
    expect(sleepers.groupOf(entry)).toBe(4_294_967_293);
    expect(sleepers.locationOf(entry)).toBe(4_294_967_292);
    expect(sleepers.dueMsOf(entry)).toBe(12.5);
    sleepers.setLocation(entry, 3);
    expect(sleepers.locationOf(entry)).toBe(3);
    expect(sleepers.count).toBe(1);
  });

  it('no longer finds who was removed, and finds all others', () => {
    const sleepers = sleepersOf(5000);
    for (let accountId = 1; accountId <= 5000; accountId += 2) sleepers.remove(sleepers.find(accountId));
    for (let accountId = 1; accountId <= 5000; accountId++) {
      const entry = sleepers.find(accountId);
      if (accountId % 2 === 1) expect(entry).toBe(NO_ENTRY);
      else expect(sleepers.accountOf(entry)).toBe(accountId);
    }
    expect(sleepers.count).toBe(2500);
  });

  it('finds where it is now who was found, was removed and came back under another number, and no account 0 ever', () => {
    const sleepers = sleepersOf(10);
    const before = sleepers.find(3);
    expect(sleepers.find(3)).toBe(before);
    sleepers.remove(before);
    expect([sleepers.find(0), sleepers.find(3)]).toEqual([NO_ENTRY, NO_ENTRY]);
    // Another one has its number.
    expect(sleepers.add(11, 1, 0, 7, 0, 0, NEVER)).toBe(before);
    const after = sleepers.add(3, 2, 0, 7, 0, 0, NEVER);
    expect(after).not.toBe(before);
    expect([sleepers.find(3), sleepers.find(11), sleepers.find(0)]).toEqual([after, before, NO_ENTRY]);
  });

  it('an entry stays the same number while others come and go', () => {
    const sleepers = sleepersOf(PAGE_ENTRIES * 3);
    const kept = sleepers.find(PAGE_ENTRIES * 2);
    for (let accountId = 1; accountId <= PAGE_ENTRIES * 3; accountId++) {
      if (accountId !== PAGE_ENTRIES * 2) sleepers.remove(sleepers.find(accountId));
    }
    for (let accountId = 10_001; accountId <= 20_000; accountId++) sleepers.add(accountId, 1, 0, 0, 0, 0, NEVER);
    expect(sleepers.find(PAGE_ENTRIES * 2)).toBe(kept);
    expect(sleepers.mapOf(kept)).toBe(7);
  });

  it('an entry used again shows nothing of who had it before', () => {
    const sleepers = new Sleepers();
    const before = sleepers.add(1, 1, 5, 2, 3, 4, 5);
    sleepers.refuse(before);
    const other = sleepers.add(9, 1, 0, 2, 3, 4, 5);
    sleepers.remove(before);
    const after = sleepers.add(2, 8, 0, 9, 0, 0, NEVER);
    expect(after).toBe(before);
    expect(sleepers.isRefused(after)).toBe(false);
    expect(sleepers.behaviorOf(after)).toBe(0);
    expect(sleepers.groupOf(after)).toBe(0);
    expect(sleepers.dueMsOf(after)).toBe(NEVER);
    expect(takeDue(sleepers, 5)).toEqual([other]);
  });

  it('names those on a map and in a group by ascending account', () => {
    const sleepers = new Sleepers();
    for (const accountId of [5, 3, 9, 1, 7])
      sleepers.add(accountId, 1, 0, accountId % 3, accountId % 2 === 0 ? 0 : accountId % 4, 0, NEVER);
    expect(accountsOf(sleepers, sleepers.ofMap(0))).toEqual([3, 9]);
    expect(accountsOf(sleepers, sleepers.ofMap(1))).toEqual([1, 7]);
    expect(accountsOf(sleepers, sleepers.ofMap(4))).toEqual([]);
    expect(accountsOf(sleepers, sleepers.ofGroup(1))).toEqual([1, 5, 9]);
    expect(accountsOf(sleepers, sleepers.ofGroup(3))).toEqual([3, 7]);
  });

  it('a sleeper that is moved is found where it is, and nowhere else', () => {
    const sleepers = sleepersOf(3);
    const entry = sleepers.find(2);
    sleepers.setMap(entry, 8);
    sleepers.setGroup(entry, 4);
    expect(accountsOf(sleepers, sleepers.ofMap(7))).toEqual([1, 3]);
    expect(accountsOf(sleepers, sleepers.ofMap(8))).toEqual([2]);
    expect(accountsOf(sleepers, sleepers.ofGroup(0))).toEqual([1, 3]);
    expect(accountsOf(sleepers, sleepers.ofGroup(4))).toEqual([2]);
    sleepers.setGroup(entry, 0);
    expect(accountsOf(sleepers, sleepers.ofGroup(0))).toEqual([1, 2, 3]);
    expect(accountsOf(sleepers, sleepers.ofGroup(4))).toEqual([]);
  });

  it('all on a map can be removed while they are gone through', () => {
    const sleepers = sleepersOf(100);
    for (const entry of sleepers.ofMap(7)) sleepers.remove(entry);
    expect(sleepers.count).toBe(0);
    expect(sleepers.ofMap(7)).toEqual([]);
  });

  it('all can be removed while all are gone through, over several pages', () => {
    const sleepers = sleepersOf(PAGE_ENTRIES * 2 + 5);
    let seen = 0;
    for (const entry of sleepers.entries()) {
      seen++;
      sleepers.remove(entry);
    }
    expect(seen).toBe(PAGE_ENTRIES * 2 + 5);
    expect(sleepers.count).toBe(0);
  });

  it('those that are due are told by time, then by account, once', () => {
    const sleepers = new Sleepers();
    const dues = [30, 10, 20, 10, NEVER, 20, 40];
    for (const [index, dueMs] of dues.entries()) sleepers.add(100 - index, 1, 0, 0, 0, 0, dueMs);
    expect(sleepers.nextDueMs).toBe(10);
    expect(takeDue(sleepers, 9.999)).toEqual([]);
    expect(accountsOf(sleepers, takeDue(sleepers, 20))).toEqual([97, 99, 95, 98]);
    expect(takeDue(sleepers, 20)).toEqual([]);
    expect(sleepers.nextDueMs).toBe(30);
    expect(accountsOf(sleepers, takeDue(sleepers, NEVER))).toEqual([100, 94]);
    expect(sleepers.nextDueMs).toBe(NEVER);
    expect(sleepers.count).toBe(7);
  });

  it('those that are late keep their times, or get others, until they are gone, refused, or due anew', () => {
    const sleepers = new Sleepers();
    const [a, b, c, d] = [40, 30, 20, 10].map((dueMs, index) => sleepers.add(index + 1, 1, 5, 0, 0, 0, dueMs));
    takeDue(sleepers, 30);
    expect([sleepers.lateCount, sleepers.firstLate, sleepers.dueMsOf(d), sleepers.nextDue]).toEqual([3, d, 10, a]);
    sleepers.setLate(d, 50);
    expect([sleepers.firstLate, sleepers.dueMsOf(d), sleepers.behaviorOf(d)]).toEqual([c, 50, 5]);
    sleepers.remove(c);
    sleepers.refuse(b);
    expect([sleepers.lateCount, sleepers.firstLate, sleepers.dueMsOf(b)]).toEqual([1, d, 30]);
    sleepers.setDue(d, 35);
    expect([sleepers.lateCount, sleepers.firstLate, sleepers.nextDue]).toEqual([0, NO_ENTRY, d]);
  });

  it('one that is refused is marked, wakes by no clock, and keeps its time', () => {
    const sleepers = new Sleepers();
    const entry = sleepers.add(1, 1, 63, 0, 0, 0, 10);
    sleepers.refuse(entry);
    expect(sleepers.isRefused(entry)).toBe(true);
    expect(sleepers.behaviorOf(entry)).toBe(63);
    expect([sleepers.nextDueMs, sleepers.dueMsOf(entry)]).toEqual([NEVER, 10]);
    expect(sleepers.find(1)).toBe(entry);
    sleepers.remove(entry);
    expect([sleepers.nextDue, sleepers.count]).toEqual([NO_ENTRY, 0]);
  });

  it('a million without groups take at most 32 bytes each', () => {
    const sleepers = sleepersOf(MILLION);
    expect(sleepers.heldBytes / MILLION).toBeLessThanOrEqual(32);
  });

  it('whatever their number, they take at most 36 bytes each, but for the first page', () => {
    const sleepers = new Sleepers();
    for (let count = 1; count <= 400_000; count++) {
      sleepers.add(count * 7919, 1, 0, 7, 0, 0, NEVER);
      if (count % 997 === 0 && count >= PAGE_ENTRIES * 8) expect(sleepers.heldBytes / count).toBeLessThanOrEqual(36);
    }
  });

  it('finds all that are left, and nobody else, when of 400 000 most have gone and some have come again', () => {
    const sleepers = sleepersOf(400_000);
    const heldBytes = sleepers.heldBytes;
    for (let accountId = 1; accountId <= 400_000; accountId++) if (accountId % 16 !== 0) sleepers.remove(sleepers.find(accountId));
    expect(sleepers.heldBytes).toBeLessThan(heldBytes);
    for (let accountId = 1; accountId <= 400_000; accountId += 32) sleepers.add(accountId, 1, 0, 7, 0, 0, NEVER);
    let wrong = 0;
    for (let accountId = 1; accountId <= 400_001; accountId++) {
      const entry = sleepers.find(accountId);
      const isThere = accountId <= 400_000 && (accountId % 16 === 0 || accountId % 32 === 1);
      if (isThere ? entry === NO_ENTRY || sleepers.accountOf(entry) !== accountId : entry !== NO_ENTRY) wrong++;
    }
    expect(wrong).toBe(0);
  });

  it('a million that each are on a map of their own take at most 38 bytes each', () => {
    const sleepers = new Sleepers();
    for (let i = 0; i < MILLION; i++) sleepers.add(i * 4099 + 1, 1, 0, i, 0, 0, NEVER);
    expect(sleepers.heldBytes / MILLION).toBeLessThanOrEqual(38);
  });

  it('sleepers with a group or a time pay for it, others do not', () => {
    const plain = sleepersOf(PAGE_ENTRIES * 4);
    const some = sleepersOf(PAGE_ENTRIES * 4);
    some.setGroup(some.find(1), 5);
    const groupBytes = some.heldBytes - plain.heldBytes;
    // One page of columns, and the first places of one submap.
    expect(groupBytes).toBeGreaterThan(PAGE_ENTRIES * 12);
    expect(groupBytes).toBeLessThan(PAGE_ENTRIES * 13);
  });

  it('gives its memory back when all are gone, but for one page', () => {
    const sleepers = new Sleepers();
    const [first] = [sleepers.add(1, 1, 0, 0, 0, 0, NEVER)];
    const oneBytes = sleepers.heldBytes;
    for (let accountId = 2; accountId <= 100_000; accountId++) sleepers.add(accountId, 1, 0, accountId, accountId, 0, accountId);
    const mostBytes = sleepers.heldBytes;
    for (const entry of sleepers.entries()) if (entry !== first) sleepers.remove(entry);
    expect(sleepers.count).toBe(1);
    expect(mostBytes).toBeGreaterThan(oneBytes * 20);
    // A spare page, columns for groups and times on the page that is left, and two pages of the heap.
    expect(sleepers.heldBytes).toBeLessThan(oneBytes * 6);
  });
});
