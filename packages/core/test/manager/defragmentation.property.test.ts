import { data, defineBehavior, type SessionManager, text, u32 } from '@dormouse/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { startWith } from './test-manager.js';

const MOST_ACCOUNTS = 400;

/** Uses all that a row has: fields of every kind, timers, messages, packets, requests, random numbers, and what others publish. */
const busy = defineBehavior(import.meta.url, {
  name: 'busy',
  state: {
    heard: u32({ published: true }),
    seen: u32(),
    luck: u32({ hot: true }),
    name: text(20),
    list: data<{ readonly ticks: readonly number[] } | null>({ maxBytes: 1024 }),
  },
  update(session) {
    const { state, accountId, tick } = session;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      state.heard += packet.length;
      session.send(packet.opcode, packet.toBytes());
    }
    for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) state.heard += message.opcode;
    while (session.takeDue() !== null) state.luck = (state.luck + 1) >>> 0;
    if (accountId % 3 === 0) state.luck = (state.luck + Math.floor(session.random() * 1000)) >>> 0;
    if (accountId % 4 === 0 && tick.number % 3 === 0) session.after(250, tick.number % 7);
    if (accountId % 5 === 0) session.sendTo((accountId % MOST_ACCOUNTS) + 1, tick.number & 15);
    if (accountId % 7 === 0)
      state.list.value = { ticks: Array.from({ length: (tick.number * accountId) % 40 }, (_, i) => tick.number + i) };
    if (accountId % 11 === 0) state.name = `at ${tick.number}`;
    for (const peer of session.peers()) state.seen = (state.seen + peer.state.heard + peer.accountId) >>> 0;
  },
});

const quiet = defineBehavior(import.meta.url, {
  name: 'quiet',
  state: { ticks: u32() },
  update({ state }) {
    state.ticks += 1;
  },
});

type Manager = SessionManager<typeof busy | typeof quiet>;

const account = fc.integer({ min: 1, max: MOST_ACCOUNTS });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('create' as const), from: account, count: fc.nat(150), map: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), every: fc.integer({ min: 1, max: 5 }), of: fc.nat(4) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('push' as const), every: fc.integer({ min: 1, max: 9 }), bytes: fc.nat(900) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('hibernate' as const), every: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wake' as const), map: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), every: fc.integer({ min: 1, max: 9 }), map: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
);
const defragmentation = fc.constantFrom('none', 'whole', 'laid out', 'in slices');

const each = (manager: Manager, every: number) =>
  [...manager.sessions()].filter(({ accountId }) => accountId % every === 0).sort((a, b) => a.accountId - b.accountId);

async function apply(manager: Manager, act: typeof step extends fc.Arbitrary<infer T> ? T : never): Promise<unknown> {
  switch (act.kind) {
    case 'create': {
      let created = 0;
      for (let id = act.from; id <= Math.min(act.from + act.count, MOST_ACCOUNTS); id++) {
        if (manager.getSession(id) !== undefined) continue;
        manager.createSession(id, { mapId: act.map, groupId: id % 3, behavior: id % 8 === 0 ? quiet : busy });
        created++;
      }
      return created;
    }
    case 'release':
      return manager.releaseSessionBatch(Array.from({ length: MOST_ACCOUNTS }, (_, i) => i + 1).filter((id) => id % act.every === act.of));
    case 'push': {
      const accounts = Array.from({ length: MOST_ACCOUNTS }, (_, i) => i + 1).filter((id) => id % act.every === 0);
      return accounts.map((id) => manager.getSession(id)?.push(id & 7, new Uint8Array(act.bytes)));
    }
    case 'hibernate':
      return Array.from({ length: MOST_ACCOUNTS }, (_, i) => i + 1).filter((id) => id % act.every === 0 && manager.hibernateSession(id));
    case 'wake':
      return manager.reactivateSessionsForMap(act.map);
    case 'move':
      for (const handle of each(manager, act.every)) handle.mapId = act.map;
      return undefined;
    case 'tick': {
      await manager.updateAllSessions(100);
      const packets: string[] = [];
      manager.drainOutbound((accountId, packet) => packets.push(`${accountId} ${packet.opcode} ${packet.length}`));
      return packets.sort();
    }
  }
}

describe('R-25 a manager that is defragmented', () => {
  it('cannot be told from one that never is, whatever happens between and during it', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, defragmentation), { minLength: 5, maxLength: 40 }), async (steps) => {
        const start = (maintenanceSliceMs: number): Promise<Manager> =>
          startWith({
            behaviors: [busy, quiet],
            scheduler: serialScheduler(),
            sessionCeiling: 4096,
            poolSize: 100,
            ringBytes: 4096,
            mailboxBytes: 1024,
            outboxBytes: 1024,
            seed: 3,
            maintenanceSliceMs,
            enableAutoDefragmentation: false,
          });
        const [plain, moved] = [await start(2), await start(0.1)];
        const underWay: Promise<unknown>[] = [];
        const handles = new Map<number, ReturnType<Manager['getSession']>>();
        for (const [act, how] of steps) {
          expect(await apply(moved, act)).toEqual(await apply(plain, act));
          for (let id = 1; id <= MOST_ACCOUNTS; id += 37) if (handles.get(id)?.isLive !== true) handles.set(id, moved.getSession(id));
          if (how === 'whole') await moved.defragmentMemory();
          if (how === 'laid out') await moved.optimizeMemoryLayout();
          if (how === 'in slices') underWay.push(moved.defragmentMemory());
          expect(moved.stateDigest()).toBe(plain.stateDigest());
          for (const [id, handle] of handles) expect(handle?.isLive ?? false).toBe(plain.getSession(id) !== undefined);
        }
        await Promise.all(underWay);
        await moved.defragmentMemory();
        expect(moved.stateDigest()).toBe(plain.stateDigest());
        expect([...moved.sessions()].filter(({ status }) => status === 'quarantined')).toEqual([]);
        // As few blocks as can be: each behaviour's last one alone has rows to spare.
        const { allocatedCount } = moved.pool;
        const bytes = moved.getMemoryUsage().reservedBytes;
        expect(bytes).toBeLessThanOrEqual(plain.getMemoryUsage().reservedBytes);
        expect(moved.pool.capacity).toBe(100 + Math.ceil(Math.max(0, allocatedCount - 100) / 100) * 100);
        await Promise.all([plain.shutdown(), moved.shutdown()]);
      }),
      { numRuns: 40 },
    ));
});
