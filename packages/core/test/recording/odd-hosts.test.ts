import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { data, defineBehavior, f64, PushOutcome, replay, u32 } from '@dormouse/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failure } from '../manager/test-manager.js';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { ECHO, roamer, THROW } from './behaviors.js';
import { replayed, startRecorded } from './recorded-run.js';

/** A scheduler of its own for each manager. */
const options = {
  behavior: roamer,
  logger: false,
  get scheduler() {
    return serialScheduler();
  },
} as const;

describe('a replay does what was recorded', () => {
  it('of values that are no numbers, minus zero, maps, and values that were refused or never set', async () => {
    const keeper = defineBehavior(import.meta.url, {
      name: 'keeper',
      state: { a: f64(), bag: data<unknown>({ maxBytes: 100 }) },
      update(session) {
        session.state.a *= 2;
      },
    });
    const { manager, recording, file } = await startRecorded({ ...options, behavior: keeper });
    const { state } = manager.createSession(0xffff_ffff);
    state.a = Number.NaN;
    expect(state.bag.set('x'.repeat(500))).toBe(false);
    expect(() => {
      state.bag.value = 'y'.repeat(500);
    }).toThrow(failure('ERR_DATA_TOO_LARGE'));
    await manager.updateAllSessions(1);
    state.a = -0;
    state.bag.set(new Map([[1, new Set([2])]]));
    await manager.updateAllSessions(0.1);
    await recording.stop();
    expect((await replayed(file, [keeper])).report).toMatchObject({ ticks: 2, difference: undefined });
  });

  it('of a handler that releases whom it drains, creates, pushes, and throws', async () => {
    const { manager, recording, file } = await startRecorded(options);
    const handles = manager.createSessionBatch([1, 2, 3, 4]);
    for (const handle of handles) for (let i = 0; i < 5; i++) handle.push(ECHO, Uint8Array.of(i));
    await manager.updateAllSessions(10);
    let taken = 0;
    const drain = (): number =>
      manager.drainOutbound((accountId) => {
        taken++;
        if (taken === 2) manager.releaseSession(accountId);
        if (taken !== 4) return;
        manager.createSession(1);
        manager.pushBatch([handles[2], handles[3]], 7, new Uint8Array(8), 4);
        throw new Error('enough');
      });
    expect(drain).toThrow('enough');
    await manager.updateAllSessions(10);
    manager.drainOutbound(() => manager.getSession(3)?.touch());
    await manager.updateAllSessions(10);
    const digest = manager.stateDigest();
    await recording.stop();
    expect((await replayed(file, [roamer])).report).toMatchObject({ ticks: 3, digest, difference: undefined });
  });

  it('of one that is stopped in flight, twice, and by its own packet handler', async () => {
    const scheduler = deferredScheduler();
    const { manager, recording, file } = await startRecorded({ ...options, scheduler, onPacket: () => void recording.stop() });
    manager.createSession(1);
    const ticking = manager.updateAllSessions(5);
    const stopped = [recording.stop(), recording.stop()];
    manager.createSession(2);
    scheduler.open();
    await ticking;
    await Promise.all(stopped);
    expect((await replayed(file, [roamer])).report).toMatchObject({ ticks: 1, sessions: 2, difference: undefined });
  });

  it('of subscribers to ticks, failed ticks and faults, and of a batch that comes to nothing', async () => {
    const { manager, recording, file } = await startRecorded({
      ...options,
      maxConcurrentSessions: 10,
      onPacket: () => {
        throw new Error('no');
      },
    });
    const channels = ['dormouse:tick', 'dormouse:tick:failed', 'dormouse:session:fault'];
    const listener = (): void => {
      if (manager.getActiveSessionCount() < 8 && manager.getSession(manager.tick.number + 10) === undefined) {
        manager.createSession(manager.tick.number + 10);
      }
      const handle = manager.getSession(1);
      if (handle?.isLive !== true) return;
      handle.push(ECHO);
      handle.state.heard += 1;
    };
    for (const channel of channels) subscribe(channel, listener);
    const silence = (): void => {
      for (const channel of channels) unsubscribe(channel, listener);
    };
    onTestFinished(silence);
    manager.createSession(1).push(THROW);
    const batch = () => manager.createSessionBatch([5, 6, 7], (id) => ({ init: { name: 'a', speed: 1, fails: id === 7 } }));
    expect(batch).toThrow(failure('ERR_SESSION_HOOK'));
    for (let i = 0; i < 6; i++) {
      await manager.updateAllSessions(400).catch(() => {});
      if (i === 2) manager.drainOutbound(() => {});
    }
    silence();
    const digest = manager.stateDigest();
    await recording.stop();
    expect((await replayed(file, [roamer])).report).toMatchObject({ ticks: 6, digest, difference: undefined });
  });

  it('of a session that is revived twice while a tick is in flight', async () => {
    const scheduler = deferredScheduler();
    const { manager, recording, file } = await startRecorded({ ...options, scheduler, quarantineAfter: 1 });
    const handle = manager.createSessionBatch([1, 2])[0];
    handle.push(THROW);
    for (let tick = 1; tick <= 4; tick++) {
      const ticking = manager.updateAllSessions(5);
      if (tick === 3) expect([manager.reviveSession(1), manager.reviveSession(1)]).toEqual([true, true]);
      scheduler.open();
      await ticking;
    }
    expect([handle.status, handle.updateCount]).toEqual(['active', 2]);
    await recording.stop();
    expect((await replayed(file, [roamer])).report).toMatchObject({ ticks: 4, difference: undefined });
  });

  it('of more between two ticks than is kept in memory', async () => {
    const { manager, recording, file } = await startRecorded({ ...options, ringBytes: 131_072 });
    const handles = manager.createSessionBatch(Array.from({ length: 100 }, (_, i) => i + 1));
    for (const handle of handles) for (let i = 0; i < 3; i++) expect(handle.push(5, new Uint8Array(30_000))).toBe(PushOutcome.delivered);
    expect(recording.bytes).toBeGreaterThan(8_000_000);
    await manager.updateAllSessions(400);
    await recording.stop();
    expect((await replayed(file, [roamer])).report).toMatchObject({ ticks: 1, difference: undefined });
  });

  it('of two behaviours of one name, in the order they were given, and whatever others are given too', async () => {
    const make = (url: string, step: number) =>
      defineBehavior(url, {
        name: 'same',
        state: { x: u32() },
        update(session) {
          session.state.x += step;
        },
      });
    const one = make('file:///one.js', 1);
    const two = make('file:///two.js', 2);
    const { manager, recording, file } = await startRecorded({ behaviors: [one, two], scheduler: serialScheduler(), logger: false });
    manager.createSession(1, { behavior: two });
    manager.createSession(2);
    await manager.updateAllSessions(1);
    await recording.stop();
    expect((await replayed(file, [one, two])).report.difference).toBe(undefined);
    expect((await replayed(file, [roamer, one, two])).report.difference).toBe(undefined);
    expect((await replayed(file, [two, one])).report.difference).toMatchObject({ tick: 1, accountId: 1 });
  });

  it('twice at a time, and stops its scheduler when onTick throws', async () => {
    const { manager, recording, file } = await startRecorded(options);
    manager.createSession(1);
    await manager.updateAllSessions(1);
    await recording.stop();
    const both = await Promise.all([replayed(file, [roamer]), replayed(file, [roamer])]);
    expect(both.map(({ report }) => report.ticks)).toEqual([1, 1]);
    const scheduler = serialScheduler();
    const onTick = (): void => {
      throw new Error('mine');
    };
    await expect(replay(file, { ...options, scheduler, onTick })).rejects.toThrow('mine');
    expect(scheduler.calls.at(-1)).toBe('stop');
    await expect(replay(file, { scheduler } as never)).rejects.toThrow(failure('ERR_CONFIG_INVALID', /give either behavior or behaviors/));
    await expect(replay(file, undefined as never)).rejects.toThrow(failure('ERR_INVALID_ARGUMENT'));
  });
});
