import { bigint64, defineBehavior, f32, i32, SessionManager, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { failure, startWith, thrownBy } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';

const update = () => {};

describe('a property that is no field', () => {
  it.each<[string, (session: Record<string, Record<string, unknown>>) => void]>([
    ['of the state', ({ state }) => Object.assign(state, { target: 1 })],
    ['of the session', (session) => Object.assign(session, { target: 1 })],
    ['of an array field, by its index', ({ state }) => Object.assign(state.path as object, { 0: 1 })],
    ['of the tick', ({ tick }) => Object.assign(tick, { target: 1 })],
  ])('%s is an error where it is written, and the next session does not read it', async (_where, write) => {
    const behavior = defineBehavior(import.meta.url, {
      state: { path: f32({ length: 4 }) },
      update: (session) => write(session as never),
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    manager.createSessionBatch([1, 2]);
    const { faults } = await manager.updateAllSessions(100);
    expect(faults.map(({ accountId, error }) => [accountId, (error as Error).name])).toEqual([
      [1, 'TypeError'],
      [2, 'TypeError'],
    ]);
  });

  it('of a batch is one too', async () => {
    const behavior = defineBehavior(import.meta.url, {
      state: { x: f32() },
      updateBatch: (batch) => void Object.assign(batch, { target: 1 }),
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    manager.createSession(1);
    expect((await manager.updateAllSessions(100)).faults).toHaveLength(1);
  });
});

describe('a state as JSON', () => {
  it('holds arrays as arrays and bigints as decimal text, from inside and from outside', async () => {
    const inside: string[] = [];
    const behavior = defineBehavior(import.meta.url, {
      state: { path: i32({ length: 3, initial: 4 }), total: bigint64({ initial: 2n ** 60n }), sums: bigint64({ length: 2 }), n: u32() },
      update: ({ state }) => void inside.push(JSON.stringify(state.path), JSON.stringify(state.sums)),
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    const { state } = manager.createSession(1);
    await manager.updateAllSessions(100);
    expect(inside).toEqual(['[4,4,4]', '["0","0"]']);
    expect(JSON.parse(JSON.stringify(state))).toEqual({ path: [4, 4, 4], total: '1152921504606846976', sums: ['0', '0'], n: 0 });
    expect(JSON.stringify(state.path)).toBe('[4,4,4]');
  });
});

describe('what was meant otherwise', () => {
  it('a manager is not made by new', () => {
    const make = () => new (SessionManager as unknown as new (options: object) => unknown)({});
    expect(thrownBy(make)).toEqual(failure('ERR_INVALID_ARGUMENT', /await SessionManager\.start\(options\)/));
  });

  it('an option that there is none of is refused: of a session, a field, a run', async () => {
    const behavior = defineBehavior(import.meta.url, { state: {}, update });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    expect(thrownBy(() => manager.createSession(1, { map: 1 } as never))).toEqual(
      failure('ERR_INVALID_ARGUMENT', 'unknown option "map": known are behavior, mapId, groupId, init, adopt'),
    );
    expect(manager.getSession(1)).toBeUndefined();
    expect(thrownBy(() => f32({ intial: 1 } as never))).toEqual(
      failure('ERR_FIELD_INVALID', 'unknown option of a field "intial": known are initial, hot, length, published'),
    );
    await expect(manager.run({ tickRate: 1, ticks: 5 } as never)).rejects.toEqual(
      failure('ERR_INVALID_ARGUMENT', 'unknown option of run "ticks": known are tickRate, signal, maxTicks, onTick'),
    );
  });

  it('a field that was not called, a scheduler that was not called or not awaited, say so', async () => {
    expect(thrownBy(() => defineBehavior(import.meta.url, { state: { x: f32 } as never, update }))).toEqual(
      failure('ERR_FIELD_INVALID', /; call it$/),
    );
    const behavior = defineBehavior(import.meta.url, { state: {}, update });
    await expect(SessionManager.start({ behavior, scheduler: Promise.resolve(serialScheduler()) as never })).rejects.toEqual(
      failure('ERR_SCHEDULER_CONTRACT', 'scheduler must be an IScheduler: got a promise; await it'),
    );
  });

  it('two behaviours of one module need names of their own', async () => {
    const behaviors = [1, 2].map(() => defineBehavior(import.meta.url, { state: {}, update }));
    await expect(SessionManager.start({ behaviors, scheduler: serialScheduler() })).rejects.toEqual(
      failure('ERR_CONFIG_INVALID', /are named "mistakes\.test": give each a name of its own$/),
    );
  });

  it('a packet handler that returns a promise is refused, and the promise’s own rejection ends nothing', async () => {
    const behavior = defineBehavior(import.meta.url, { state: {}, update: (session) => void session.send(1) });
    const onPacket = async () => {
      throw new Error('too late');
    };
    const manager = await startWith({ behavior, scheduler: serialScheduler(), onPacket });
    manager.createSession(1);
    await expect(manager.updateAllSessions(100)).rejects.toEqual(
      failure('ERR_PACKET_HANDLER', /returned a promise: it must be synchronous$/),
    );
  });
});

describe('R-33 a mistake that all sessions make', () => {
  it('is logged with a few stacks and a count, and stands whole in the report', async () => {
    const messages: string[] = [];
    const log = (message: string) => void messages.push(message);
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      update() {
        throw new Error('all of us');
      },
    });
    const logger = { debug() {}, info() {}, warn: log, error: log };
    const manager = await startWith({ behavior, scheduler: serialScheduler(), logger });
    manager.createSessionBatch(Uint32Array.from({ length: 800 }, (_, i) => i + 1));
    const { faults } = await manager.updateAllSessions(100);
    expect(faults).toHaveLength(800);
    expect(messages).toHaveLength(6);
    expect(messages[5]).toBe("module.playerbot.session: tick 1: 795 more sessions failed; the report's faults has all of them");
  });

  it('workers asked of a scheduler that has none are warned about', async () => {
    const messages: string[] = [];
    const logger = { debug() {}, info() {}, warn: (message: string) => void messages.push(message), error() {} };
    const behavior = defineBehavior(import.meta.url, { state: {}, update });
    await startWith({ behavior, scheduler: serialScheduler(), logger, workerThreads: 4 });
    expect(messages).toEqual(['module.playerbot.session: scheduler test has no workers: workerThreads = 4 has no effect']);
  });
});
