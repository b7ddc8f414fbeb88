import { describe, expect, it, vi } from 'vitest';
import type { Seats } from '../../src/manager/seats.js';
import { Garbage } from '../../src/manager/upkeep/garbage.js';
import type { Block } from '../../src/memory/block.js';
import type { IScheduler } from '../../src/scheduler.js';

/** A collector of the calling thread's garbage, and of one seat's if there is a scheduler; and whether ticks were kept out whenever the calling thread let go. */
function setUp(scheduler?: IScheduler, { behindTick = async () => {}, seats = [{ isGone: false }] } = {}) {
  const keptOut: boolean[] = [];
  let isBetween = false;
  const garbage = new Garbage({
    seats: { joined: scheduler === undefined ? [] : seats, collect: () => new Promise(() => {}) } as unknown as Seats,
    scheduler: scheduler ?? ({} as IScheduler),
    behindTick,
    betweenTicks: async (change) => {
      isBetween = true;
      const done = change();
      isBetween = false;
      await done;
    },
    letGo: () => keptOut.push(isBetween),
  });
  const drop = (count: number, bytes: number): void => {
    for (let at = 0; at < count; at++) garbage.dropped({ buffer: new SharedArrayBuffer(64) } as Block, bytes);
  };
  return { garbage, keptOut, drop };
}

function gate() {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

describe('R-26 garbage', () => {
  it('the calling thread stops to collect between ticks alone', async () => {
    const { garbage, keptOut } = setUp();
    await garbage.collect();
    expect(keptOut).toEqual([true, true]);
  });

  it('what was dropped is held no more when the collection has resolved', async () => {
    const { garbage, drop } = setUp();
    for (let round = 0; round < 3; round++) {
      drop(100, 4096);
      expect(garbage.heldBytes).toBe(409_600);
      await garbage.collect();
      expect(garbage.heldBytes).toBe(0);
    }
  });

  it('is due at 64 MiB, and begun when the event loop comes to it', async () => {
    const { garbage, drop, keptOut } = setUp();
    drop(1, 2 ** 26 - 1);
    garbage.collectSoonIfDue();
    await garbage.settled();
    expect(keptOut).toEqual([]);
    drop(1, 1);
    garbage.collectSoonIfDue();
    expect(keptOut).toEqual([]);
    await garbage.settled();
    expect([keptOut.length > 0, garbage.heldBytes]).toEqual([true, 0]);
  });

  it('a scheduler that fails to rouse its threads keeps nobody from collecting, and is not waited for', async () => {
    const rouse = vi.fn(() => {
      throw new Error('no');
    });
    const { garbage, drop, keptOut } = setUp({ rouse } as unknown as IScheduler);
    drop(1, 2 ** 26);
    garbage.collectSoonIfDue();
    await Promise.all([garbage.collect(), garbage.collect(), garbage.settled()]);
    expect([rouse.mock.calls.length, garbage.heldBytes, garbage.isCollecting]).toEqual([2, 0, false]);
    expect(keptOut.length).toBeGreaterThan(0);
  });

  it('is under way from when it has its turn until it has resolved, not while it waits for that', async () => {
    const behind = gate();
    const { garbage } = setUp(undefined, { behindTick: () => behind.passed });
    const done = garbage.collect();
    await new Promise(setImmediate);
    expect(garbage.isCollecting).toBe(false);
    behind.open();
    await new Promise(setImmediate);
    expect(garbage.isCollecting).toBe(true);
    await done;
    expect(garbage.isCollecting).toBe(false);
  });

  it('each thread that is there has a turn behind a tick of its own', async () => {
    const behindTick = vi.fn(async () => {});
    const seats = [{ isGone: false }, { isGone: true }, { isGone: false }];
    const { garbage } = setUp({} as IScheduler, { behindTick, seats });
    await garbage.collect();
    expect(behindTick).toHaveBeenCalledTimes(3);
  });

  it('nobody stops that is gone, or has been closed, while a turn was waited for', async () => {
    const behind = gate();
    const seat = { isGone: false };
    const rouse = vi.fn();
    const { garbage, keptOut } = setUp({ rouse } as unknown as IScheduler, { behindTick: () => behind.passed, seats: [seat] });
    const done = garbage.collect();
    seat.isGone = true;
    garbage.close();
    behind.open();
    await done;
    expect([rouse.mock.calls, keptOut]).toEqual([[], []]);
  });

  it('nobody stops once it is closed', async () => {
    const { garbage, drop, keptOut } = setUp();
    drop(1, 2 ** 26);
    garbage.collectSoonIfDue();
    garbage.close();
    await garbage.settled();
    await garbage.collect();
    expect(keptOut).toEqual([]);
  });
});
