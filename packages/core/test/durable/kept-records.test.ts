import { describe, expect, it } from 'vitest';
import { NO_LOCATION } from '../../src/hibernation/hibernation-store.js';
import { KeptRecords } from '../../src/manager/durable/kept-records.js';

describe('KeptRecords', () => {
  it('knows of no record until one is kept', () => {
    const kept = new KeptRecords();
    expect([kept.locationOf(0), kept.contentOf(0), kept.locationOf(4_000_000), kept.take(5000)]).toEqual([
      NO_LOCATION,
      0,
      NO_LOCATION,
      NO_LOCATION,
    ]);
  });

  it('grows to the slot that is used, and keeps what it had', () => {
    const kept = new KeptRecords();
    kept.keep(3, 30, 300);
    kept.keep(100_000, 7, 70);
    expect([kept.locationOf(3), kept.contentOf(3), kept.locationOf(100_000), kept.contentOf(100_000)]).toEqual([30, 300, 7, 70]);
    expect(kept.locationOf(99_999)).toBe(NO_LOCATION);
  });

  it('follows a session to another slot', () => {
    const kept = new KeptRecords();
    kept.keep(3, 30, 300);
    kept.moved(3, 5000);
    expect([kept.locationOf(3), kept.locationOf(5000), kept.contentOf(5000)]).toEqual([NO_LOCATION, 30, 300]);
  });

  it('forgets a slot that is taken, what it said included', () => {
    const kept = new KeptRecords();
    kept.keep(3, 30, 300);
    expect(kept.take(3)).toBe(30);
    expect([kept.locationOf(3), kept.contentOf(3), kept.take(3)]).toEqual([NO_LOCATION, 0, NO_LOCATION]);
  });

  it('gives back what is not needed for the slots there are, and keeps what is known of those', () => {
    const kept = new KeptRecords();
    const least = kept.heldBytes;
    kept.keep(3, 30, 300);
    kept.keep(2047, 8, 80);
    kept.keep(100_000, 7, 70);
    kept.take(100_000);
    kept.trim(2048);
    expect([kept.locationOf(3), kept.contentOf(3), kept.locationOf(2047), kept.contentOf(2047)]).toEqual([30, 300, 8, 80]);
    expect(kept.heldBytes).toBe(2 * least);
    kept.keep(100_000, 9, 90);
    expect([kept.locationOf(100_000), kept.locationOf(99_999), kept.contentOf(99_999)]).toEqual([9, NO_LOCATION, 0]);
    for (const slot of [3, 2047, 100_000]) kept.take(slot);
    kept.trim(0);
    expect(kept.heldBytes).toBe(least);
  });
});
