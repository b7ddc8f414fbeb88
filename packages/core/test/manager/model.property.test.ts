import { type SessionHandle, SessionManager } from '@dormouse/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeferredScheduler, deferredScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';

const ACCOUNTS = 6;
const LIMIT = 4;

/** What the model knows of a session. */
interface Known {
  handle: SessionHandle<typeof echo>;
  updates: number;
  /** Packets pushed and not yet heard; heard; answered and not yet drained. */
  pending: number;
  heard: number;
  waiting: number;
  mapId: number;
}

type Command = [name: 'create' | 'release' | 'push' | 'setMap' | 'batch', account: number] | [name: 'begin' | 'end' | 'drain' | 'grow'];

const account = fc.integer({ min: 1, max: ACCOUNTS });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('create' as const, 'release' as const, 'push' as const, 'setMap' as const), account) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('batch' as const), account) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('begin' as const, 'end' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('drain' as const, 'grow' as const)) },
);

/** A manager beside the plainest description of what it should be: a map of accounts, and a list of what waits for the tick's end. */
class World {
  readonly manager: SessionManager<typeof echo>;
  readonly scheduler: DeferredScheduler;
  /** As of now; while a tick is in flight, as of when it began. */
  readonly sessions = new Map<number, Known>();
  /** Accounts as they will be: what answers are given by. */
  readonly future = new Map<number, Known>();
  readonly gone: SessionHandle<typeof echo>[] = [];
  queue: (() => 'refused' | undefined)[] = [];
  ticking: ReturnType<SessionManager['updateAllSessions']> | undefined;
  isWaiting = false;
  changes = 0;

  constructor(manager: SessionManager<typeof echo>, scheduler: DeferredScheduler) {
    this.manager = manager;
    this.scheduler = scheduler;
  }

  /** Now, or when the tick in flight has ended. */
  later(change: () => 'refused' | undefined): void {
    if (this.ticking === undefined) change();
    else this.queue.push(change);
  }

  async run(step: Command): Promise<void> {
    const [name] = step;
    const id = step[1] ?? 0;
    if (name === 'create') this.create([id]);
    else if (name === 'batch') this.create([id, (id % ACCOUNTS) + 1]);
    else if (name === 'release') this.release(id);
    else if (name === 'push') this.push(id);
    else if (name === 'setMap') this.setMap(id);
    else if (name === 'drain') this.drain();
    else if (name === 'grow') this.manager.setUpdateBatchSize(1 + (this.changes++ % 256));
    else if (name === 'begin') await this.begin();
    else await this.end();
    if (this.ticking === undefined) this.compare();
  }

  create(ids: number[]): void {
    const create = () => (ids.length === 1 ? [this.manager.createSession(ids[0])] : this.manager.createSessionBatch(ids));
    const existing = ids.some((id) => this.future.has(id));
    if (existing || this.future.size + ids.length > LIMIT) {
      expect(create).toThrow(expect.objectContaining({ code: existing ? 'ERR_SESSION_EXISTS' : 'ERR_SESSION_LIMIT' }));
      return;
    }
    for (const handle of create()) {
      const known: Known = { handle, updates: 0, pending: 0, heard: 0, waiting: 0, mapId: 0 };
      this.future.set(handle.accountId, known);
      this.later(() => void this.sessions.set(handle.accountId, known));
    }
  }

  release(id: number): void {
    const known = this.future.get(id);
    expect(this.manager.releaseSession(id)).toBe(known !== undefined);
    if (known === undefined) return;
    this.future.delete(id);
    this.later(() => {
      this.sessions.delete(id);
      this.gone.push(known.handle);
      return undefined;
    });
  }

  push(id: number): void {
    const known = this.future.get(id) ?? this.sessions.get(id);
    if (known === undefined) return;
    expect(known.handle.push(id, new Uint8Array(id))).toBe(this.ticking === undefined ? 0 : 1);
    this.later(() => {
      if (this.sessions.get(id) !== known) return 'refused';
      known.pending++;
      return undefined;
    });
  }

  setMap(id: number): void {
    const known = this.future.get(id);
    if (known === undefined) return;
    const mapId = ++this.changes;
    known.handle.mapId = mapId;
    this.later(() => {
      known.mapId = mapId;
      return undefined;
    });
  }

  drain(): void {
    if (this.ticking !== undefined) {
      expect(() => this.manager.drainOutbound(() => {})).toThrow(expect.objectContaining({ code: 'ERR_TICK_IN_FLIGHT' }));
      return;
    }
    const drained = new Map<number, number>();
    this.manager.drainOutbound((id, packet) => {
      expect([packet.opcode, packet.length]).toEqual([id + 1, id]);
      drained.set(id, (drained.get(id) ?? 0) + 1);
    });
    for (const [id, known] of this.sessions) {
      expect(drained.get(id) ?? 0).toBe(known.waiting);
      known.waiting = 0;
    }
  }

  async begin(): Promise<void> {
    if (this.ticking !== undefined) {
      await expect(this.manager.updateAllSessions(100)).rejects.toMatchObject({ code: 'ERR_TICK_IN_FLIGHT' });
      return;
    }
    for (const known of this.sessions.values()) {
      known.updates++;
      known.heard += known.pending;
      known.waiting += known.pending;
      known.pending = 0;
    }
    const ticking = this.manager.updateAllSessions(100);
    expect(this.scheduler.isWaiting).toBe(this.sessions.size > 0);
    if (this.scheduler.isWaiting) this.ticking = ticking;
    else await ticking;
  }

  async end(): Promise<void> {
    if (this.ticking === undefined) return;
    const { size } = this.sessions;
    this.scheduler.open();
    const report = await this.ticking;
    this.ticking = undefined;
    const refused = this.queue.filter((change) => change() === 'refused').length;
    this.queue = [];
    expect([report.sessions, report.faults.length, report.refused.length]).toEqual([size, 0, refused]);
  }

  compare(): void {
    const { manager, sessions } = this;
    expect(manager.getActiveSessionCount()).toBe(sessions.size);
    expect(manager.pool.allocatedCount).toBe(sessions.size);
    expect([...manager.sessions()].map(({ accountId }) => accountId).sort()).toEqual([...sessions.keys()].sort());
    for (const [id, { handle, updates, heard, mapId, pending }] of sessions) {
      expect(manager.getSession(id)?.incarnation).toBe(handle.incarnation);
      expect([handle.isLive, handle.updateCount, handle.state.updates, handle.state.heard, handle.packetsIn, handle.mapId]).toEqual([
        true,
        updates,
        updates,
        heard,
        heard + pending,
        mapId,
      ]);
    }
    for (const handle of this.gone) expect([handle.isLive, handle.push(1), handle.release()]).toEqual([false, 3, false]);
  }
}

describe('a manager under any sequence of requests', () => {
  it('R-08 R-14 R-15 R-17 R-18 does what a plain map of accounts does, requests of ticks in flight included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 60 }), async (steps) => {
        const scheduler = deferredScheduler();
        const settings = { maxConcurrentSessions: LIMIT, sessionCeiling: 64, poolSize: 2, poolGrowth: 1, logger: false } as const;
        const manager = await SessionManager.start({ behavior: echo, scheduler, ...settings });
        const world = new World(manager, scheduler);
        try {
          for (const step of steps) await world.run(step);
          await world.run(['end']);
        } finally {
          if (scheduler.isWaiting) scheduler.open();
          await manager.shutdown();
        }
      }),
      { numRuns: 300 },
    );
  });
});
