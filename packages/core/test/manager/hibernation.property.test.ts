import { defineBehavior, SessionManager, u32 } from '@dormouse/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { ManualClock } from './ask-fixture.js';
import { FakeStore } from './fake-store.js';

const ACCOUNTS = 8;
const TELL = 1000;
const ARM = 2000;

/** Does nothing unless something has come or is due: whether it slept in between cannot be told from its state. */
const quiet = defineBehavior(import.meta.url, {
  name: 'quiet',
  state: { count: u32(), heard: u32(), rang: u32() },
  update(session) {
    const { state } = session;
    const note = (what: number): void => {
      state.count += 1;
      state.heard = (Math.imul(state.heard, 31) + what) >>> 0;
    };
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      note(packet.opcode);
      if (packet.opcode >= ARM) session.after((packet.opcode - ARM) * 1000, packet.opcode % 3);
      else if (packet.opcode >= TELL) session.sendTo(packet.opcode - TELL, session.accountId);
      session.send(packet.opcode);
    }
    for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) {
      note(message.opcode * 7 + message.sender);
      session.send(message.opcode);
    }
    for (let id = session.takeDue(); id !== null; id = session.takeDue()) {
      note(id);
      state.rang = session.tick.number;
    }
  },
});

type Manager = SessionManager<typeof quiet>;

const account = fc.integer({ min: 1, max: ACCOUNTS });
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('tick' as const), diffMs: fc.constantFrom(0, 1, 999, 20_000, 180_000, 400_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      account,
      opcodes: fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 10 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tell' as const), account, other: account }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('arm' as const), account, seconds: fc.constantFrom(0, 5, 11, 60, 600) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('create' as const, 'create' as const, 'release' as const), account }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('map' as const, 'broadcast' as const), account, number: fc.nat({ max: 2 }) }) },
  // What only a manager with sleepers is told.
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('hibernate' as const, 'hibernate' as const, 'wake' as const), account }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('wakeMap' as const, 'wakeGroup' as const), number: fc.nat({ max: 2 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('sync' as const, 'async' as const, 'async' as const, 'settle' as const, 'fail' as const),
    }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** Two managers with the same inputs: one whose sessions sleep and wake, one whose sessions never do. */
class Pair {
  readonly store = new FakeStore();
  readonly clock = new ManualClock();
  sleeping!: Manager;
  awake!: Manager;

  async start(): Promise<void> {
    const common = { behavior: quiet, logger: false, sessionCeiling: 256, maintenanceSliceMs: 1000, clock: this.clock } as const;
    this.sleeping = await SessionManager.start({ ...common, scheduler: serialScheduler(), store: this.store });
    this.awake = await SessionManager.start({ ...common, scheduler: serialScheduler(), enableAutoHibernation: false });
    for (let accountId = 1; accountId <= ACCOUNTS / 2; accountId++) this.#both((manager) => manager.createSession(accountId).accountId);
  }

  async run(step: Command): Promise<void> {
    const { sleeping, store } = this;
    switch (step.kind) {
      case 'tick':
        await this.#tick(step.diffMs);
        break;
      case 'push':
        this.#push(step.account, step.opcodes);
        break;
      case 'tell':
        this.#push(step.account, [TELL + step.other]);
        break;
      case 'arm':
        this.#push(step.account, [ARM + step.seconds]);
        break;
      case 'create':
        expect(codeOf(() => sleeping.createSession(step.account))).toBe(codeOf(() => this.awake.createSession(step.account)));
        break;
      case 'release':
        this.#both((manager) => manager.releaseSession(step.account));
        break;
      case 'map':
        this.#both((manager) => {
          const handle = manager.getSession(step.account);
          if (handle === undefined) return false;
          handle.mapId = step.number;
          handle.groupId = step.number + 1;
          return true;
        });
        break;
      case 'broadcast':
        this.#both((manager) => manager.broadcast({ mapId: step.number }, 50).delivered);
        break;
      case 'hibernate':
        sleeping.hibernateSession(step.account);
        break;
      case 'wake':
        sleeping.reactivateSession(step.account);
        break;
      case 'wakeMap':
        sleeping.reactivateSessionsForMap(step.number);
        break;
      case 'wakeGroup':
        sleeping.reactivateSessionsForGroup(step.number);
        break;
      case 'settle':
        await store.settle();
        break;
      case 'fail':
        if (store.isPutting) await store.settle(new Error('no'));
        else store.putError = new Error('no');
        break;
      default:
        store.putError = undefined;
        store.isAsync = step.kind === 'async';
    }
    this.#compare();
  }

  async stop(): Promise<void> {
    await Promise.all([this.sleeping.shutdown(), this.awake.shutdown()]);
  }

  async #tick(diffMs: number): Promise<void> {
    this.clock.advance(5000);
    const a = await this.sleeping.updateAllSessions(diffMs);
    const b = await this.awake.updateAllSessions(diffMs);
    const told = ({ packetsIn, messagesDelivered, messagesUnknown, messagesFull, faults, refused }: typeof a) => [
      [packetsIn, messagesDelivered, messagesUnknown, messagesFull],
      [faults, refused],
    ];
    expect(told(a)).toEqual(told(b));
    expect(packetsOf(this.sleeping)).toEqual(packetsOf(this.awake));
  }

  #push(accountId: number, opcodes: number[]): void {
    this.#both((manager) => {
      const handle = manager.getSession(accountId);
      return handle === undefined ? [] : opcodes.map((opcode) => handle.push(opcode));
    });
  }

  #both(act: (manager: Manager) => unknown): void {
    expect(act(this.sleeping)).toEqual(act(this.awake));
  }

  /** But for how often they were updated, and when they were last touched. */
  #compare(): void {
    const asleep: boolean[] = [];
    for (const known of this.awake.sessions()) {
      const handle = this.sleeping.getSession(known.accountId);
      if (handle === undefined) throw new Error(`account ${known.accountId} is missing`);
      const shown = ({ mapId, groupId, packetsIn, packetsOut, dropped }: typeof known) => [mapId, groupId, packetsIn, packetsOut, dropped];
      expect(shown(handle)).toEqual(shown(known));
      if (handle.isAsleep) asleep.push(true);
      else expect(JSON.stringify(handle.state)).toBe(JSON.stringify(known.state));
    }
    const counts = [this.sleeping.getActiveSessionCount(), this.sleeping.getHibernatedSessionCount()];
    expect(counts).toEqual([this.awake.getActiveSessionCount() - asleep.length, asleep.length]);
    expect([...this.sleeping.sessions()].length).toBe(this.awake.getActiveSessionCount());
  }
}

function codeOf(create: () => unknown): string | undefined {
  try {
    create();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** By account: in which order accounts come depends on their slots. */
function packetsOf(manager: Manager): [number, number[]][] {
  const packets = new Map<number, number[]>();
  manager.drainOutbound((accountId, { opcode }) => {
    packets.set(accountId, [...(packets.get(accountId) ?? []), opcode]);
  });
  return [...packets].sort(([a], [b]) => a - b);
}

describe('sessions that sleep', () => {
  it('R-23 lose nothing and do the same as sessions that never sleep, whatever comes in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 80 }), async (steps) => {
        const pair = new Pair();
        await pair.start();
        try {
          for (const step of steps) await pair.run(step);
          // All wake in the end, and are what they would be.
          pair.store.putError = undefined;
          for (const handle of pair.sleeping.sessions()) handle.wake();
          await pair.run({ kind: 'tick', diffMs: 1 });
          expect(pair.sleeping.getHibernatedSessionCount()).toBe(0);
        } finally {
          await pair.stop();
        }
      }),
      { numRuns: 200 },
    );
  });
});
