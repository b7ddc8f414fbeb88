import { type SessionHandle, SessionManager } from '@dormouse/core';
import { inlineScheduler } from '@dormouse/scheduler-inline';
import { describe, expect, it } from 'vitest';
import bot from '../src/bot.js';
import { Guide } from '../src/guide.js';
import { ARRIVAL, CALL, MEETING, POSITION, RESTING, TURN } from '../src/packets.js';
import { loadMaungaWhau } from '../src/terrain.js';

const terrain = loadMaungaWhau();
const ACCOUNTS = Array.from({ length: 60 }, (_, index) => index + 1);
const TIME_LAPSE = 20;

interface Told {
  readonly accountId: number;
  readonly opcode: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

type Bot = SessionHandle<typeof bot>;

/** Runs bots for so many ticks of 100 ms, and hands them to `after` before they end. */
async function walked<R>(seed: number, ticks: number, after: (bots: Bot[], told: Told[]) => R | Promise<R>, guided = false): Promise<R> {
  const told: Told[] = [];
  const manager = await SessionManager.start({
    behavior: bot,
    scheduler: inlineScheduler(),
    seed,
    onPacket: (accountId, packet) => told.push({ accountId, opcode: packet.opcode, x: packet.f32(0), y: packet.f32(4), z: packet.f32(8) }),
  });
  try {
    const bots = manager.createSessionBatch(ACCOUNTS, { init: { timeLapse: TIME_LAPSE } });
    const guide = new Guide(manager, bots, seed);
    for (let tick = 0; tick < ticks; tick++) {
      const { faults } = await manager.updateAllSessions(100);
      expect(faults).toEqual([]);
      if (guided) guide.afterTick(100);
    }
    return await after(bots, told);
  } finally {
    await manager.shutdown();
  }
}

const states = (bots: Bot[]): string[] => bots.map(({ state }) => JSON.stringify(state));

describe('a bot', () => {
  it('walks, rests and goes on: within 20 minutes on foot all have walked, and most have arrived and set out again', async () => {
    await walked(1, 600, (bots, told) => {
      for (const { state } of bots) expect(state.walked).toBeGreaterThan(100);
      const arrived = new Set<number>();
      const onTheirWayAgain = new Set<number>();
      for (const { accountId, opcode } of told) {
        if (opcode === ARRIVAL) arrived.add(accountId);
        else if (arrived.has(accountId)) onTheirWayAgain.add(accountId);
      }
      expect(onTheirWayAgain.size).toBeGreaterThan(ACCOUNTS.length / 2);
    });
  });

  it('is on the ground wherever it is', async () => {
    await walked(2, 300, (bots, told) => {
      for (const { x, y, z } of [...told, ...bots.map(({ state }) => state)]) {
        expect(x).toSatisfy((value: number) => value >= 0 && value <= terrain.width);
        expect(z).toSatisfy((value: number) => value >= 0 && value <= terrain.depth);
        expect(Math.abs(y - terrain.heightAt(x, z))).toBeLessThan(0.001);
      }
    });
  });

  it("is never faster than people walk, by Tobler's hiking function", async () => {
    await walked(3, 300, (_, told) => {
      const fastest = (6 / 3.6) * TIME_LAPSE * 1.01;
      const last = new Map<number, Told>();
      for (const place of told) {
        const before = last.get(place.accountId);
        last.set(place.accountId, place);
        // Reports come once a second, turns and arrivals between them: never more than a second and a tick apart on the way.
        if (before === undefined || before.opcode === ARRIVAL) continue;
        expect(Math.hypot(place.x - before.x, place.z - before.z)).toBeLessThan(fastest * 1.1);
      }
    });
  });

  it('tells of its places, its turns, its arrivals, whom it met and that it would sleep, and nothing else', async () => {
    await walked(4, 600, (_, told) => {
      expect(new Set(told.map(({ opcode }) => opcode))).toEqual(new Set([POSITION, TURN, ARRIVAL, MEETING, RESTING]));
    });
  });

  it('comes when it is called', async () => {
    const manager = await SessionManager.start({ behavior: bot, scheduler: inlineScheduler(), seed: 5 });
    const called = manager.createSession(1, { init: { timeLapse: TIME_LAPSE } });
    called.push(CALL, new Uint8Array(Float32Array.of(580, 175).buffer, 0, 8));
    const arrivals: number[][] = [];
    for (let tick = 0; tick < 1000 && arrivals.length === 0; tick++) {
      await manager.updateAllSessions(100);
      manager.drainOutbound((_, packet) => {
        if (packet.opcode === ARRIVAL) arrivals.push([packet.f32(0), packet.f32(8)]);
      });
    }
    await manager.shutdown();
    expect(arrivals.length).toBe(1);
    expect(Math.hypot(arrivals[0][0] - 580, arrivals[0][1] - 175)).toBeLessThan(5);
  });
});

describe('two bots that come near each other', () => {
  it('are each remembered by the other, once for all that they meet within a minute', async () => {
    const manager = await SessionManager.start({ behavior: bot, scheduler: inlineScheduler(), seed: 11 });
    const [ann, ben, far] = manager.createSessionBatch([1, 2, 3], { init: { timeLapse: 1 } });
    Object.assign(ben.state, { x: ann.state.x + 2, z: ann.state.z });
    Object.assign(far.state, { x: ann.state.x + 60, z: ann.state.z });
    for (const { state } of [ann, ben, far]) state.restEndMs = 120_000;
    for (let tick = 0; tick < 50; tick++) expect((await manager.updateAllSessions(100)).faults).toEqual([]);
    expect(ann.state.met.value).toEqual([{ account: 2, times: 1, lastMs: expect.any(Number) }]);
    expect(ben.state.met.value).toEqual([{ account: 1, times: 1, lastMs: expect.any(Number) }]);
    expect(far.state.met.value).toEqual([]);
    await manager.shutdown();
  });

  it('see nothing of those on another region of the mountain', async () => {
    const manager = await SessionManager.start({ behavior: bot, scheduler: inlineScheduler(), seed: 11 });
    const [ann, ben] = manager.createSessionBatch([1, 2], { init: { timeLapse: 1 } });
    Object.assign(ann.state, { x: 199, z: 150, restEndMs: 120_000 });
    Object.assign(ben.state, { x: 201, z: 150, restEndMs: 120_000 });
    for (let tick = 0; tick < 50; tick++) await manager.updateAllSessions(100);
    expect([ann.mapId, ben.mapId]).toEqual([18, 19]);
    expect([ann.state.met.value, ben.state.met.value]).toEqual([[], []]);
    await manager.shutdown();
  });
});

describe('a bot that rests', () => {
  it('sleeps when the host lets it, and takes the same walk as one that was never put to sleep', async () => {
    const walks = async (letsThemSleep: boolean) => {
      const resting: number[] = [];
      const manager = await SessionManager.start({
        behavior: bot,
        scheduler: inlineScheduler(),
        seed: 21,
        onPacket: (accountId, { opcode }) => {
          if (opcode === RESTING) resting.push(accountId);
        },
      });
      const bots = manager.createSessionBatch(ACCOUNTS, { init: { timeLapse: TIME_LAPSE } });
      let asleep = 0;
      for (let tick = 0; tick < 600; tick++) {
        expect((await manager.updateAllSessions(100)).faults).toEqual([]);
        for (const accountId of resting.splice(0)) if (letsThemSleep) manager.hibernateSession(accountId);
        asleep += manager.getHibernatedSessionCount();
      }
      for (const handle of bots) handle.wake();
      const walked = bots.map(({ state: { x, z, walked, goalX, goalZ } }) => ({ x, z, walked, goalX, goalZ }));
      await manager.shutdown();
      return { walked, asleep };
    };
    const awake = await walks(false);
    const sleeping = await walks(true);
    expect(awake.asleep).toBe(0);
    expect(sleeping.asleep).toBeGreaterThan(ACCOUNTS.length * 30);
    expect(sleeping.walked).toEqual(awake.walked);
  });

  it('wakes when a friend says hello, remembers it, and sleeps again; and when its part of the mountain is visited', async () => {
    const manager = await SessionManager.start({ behavior: bot, scheduler: inlineScheduler(), seed: 11 });
    const [ann, ben] = manager.createSessionBatch([1, 2], { init: { timeLapse: 1 } });
    Object.assign(ann.state, { x: 150, z: 150, restEndMs: 600_000 });
    Object.assign(ben.state, { x: 450, z: 150, restEndMs: 600_000 });
    const doze = async (handle: typeof ann) => {
      for (let tick = 0; tick < 50 && !handle.isAsleep; tick++) {
        await manager.updateAllSessions(100);
        manager.drainOutbound((accountId, { opcode }) => {
          if (opcode === RESTING && accountId === handle.accountId) handle.hibernate();
        });
      }
      expect(handle.isAsleep).toBe(true);
    };
    await doze(ann);
    ben.state.met.set([{ account: 1, times: 1, lastMs: 0 }]);
    Object.assign(ben.state, { looks: 7, walking: true, goalX: 450, goalZ: 150, cornerCount: 1 });
    ben.state.corners.assign([850, 150]);
    for (let tick = 0; tick < 50 && ann.isAsleep; tick++) await manager.updateAllSessions(100);
    expect(ann.isAsleep).toBe(false);
    await manager.updateAllSessions(100);
    expect(ann.state.met.value).toMatchObject([{ account: 2, times: 1 }]);
    await doze(ann);
    expect(manager.reactivateSessionsForMap(ann.mapId)).toBe(1);
    expect(ann.isAsleep).toBe(false);
    await manager.shutdown();
  });
});

describe('a run', () => {
  it('gives the same states, field by field, for the same seed and the same calls', async () => {
    const first = await walked(6, 600, states, true);
    expect(await walked(6, 600, states, true)).toEqual(first);
  });

  it('gives other states for every bot with another seed', async () => {
    const [first, second] = [await walked(7, 100, states), await walked(8, 100, states)];
    for (const [index, state] of first.entries()) expect(second[index]).not.toBe(state);
  });

  it('is for each bot the same walk whoever else is there', async () => {
    const many = await walked(9, 200, (bots) => bots.map(({ state }) => JSON.stringify({ ...JSON.parse(JSON.stringify(state)), met: [] })));
    const manager = await SessionManager.start({ behavior: bot, scheduler: inlineScheduler(), seed: 9 });
    const alone = manager.createSession(17, { init: { timeLapse: TIME_LAPSE } });
    for (let tick = 0; tick < 200; tick++) {
      await manager.updateAllSessions(100);
      manager.drainOutbound(() => {});
    }
    expect(JSON.stringify(alone.state)).toBe(many[16]);
    await manager.shutdown();
  });
});
