import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AskWorld, type Call, heldHandler, startAsking, turn } from './ask-fixture.js';

const ACCOUNTS = 4;
const TOPICS = ['held', 'short', 'fast', 'nobody'] as const;

type Step =
  | readonly ['ask', account: number, topic: (typeof TOPICS)[number], bytes: number]
  | readonly ['settle', call: number, how: 'ok' | 'throw' | 'huge']
  | readonly ['release' | 'create' | 'listen', account: number]
  | readonly ['advance', ms: number]
  | readonly ['tick' | 'turn'];

const account = fc.integer({ min: 1, max: ACCOUNTS });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constant('ask' as const), account, fc.constantFrom(...TOPICS), fc.integer({ min: 0, max: 300 })) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('settle' as const), fc.nat(20), fc.constantFrom('ok' as const, 'ok', 'throw', 'huge')) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('release' as const, 'create' as const), account) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('listen' as const), account) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('advance' as const), fc.integer({ min: 1, max: 400 })) },
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('tick' as const, 'tick', 'turn')) },
);

/** A session as the model knows it: what it has asked, and what it was told. */
interface Known {
  readonly requests: Map<number, (typeof TOPICS)[number]>;
  readonly told: Map<number, string>;
  readonly order: number[];
}

class Model {
  readonly world: AskWorld;
  readonly sessions = new Map<number, Known>();
  readonly held: Call[] = [];
  readonly #plans = new Map<number, (readonly ['ask', number, string, number])[]>();
  readonly #listening = new Set<number>();
  /** In the order they were settled by a step of the test, per session. */
  readonly settled = new Map<Known, number[]>();
  readonly #known = new Map<Call, Known>();

  constructor(world: AskWorld) {
    this.world = world;
    const { manager, script } = world;
    for (let id = 1; id <= ACCOUNTS; id++) this.sessions.set(id, { requests: new Map(), told: new Map(), order: [] });
    const { calls, handler } = heldHandler();
    const hold = (value: unknown, context: Parameters<typeof handler>[1]) => {
      const promise = handler(value, context);
      const call = calls.pop() as Call;
      this.held.push(call);
      this.#known.set(call, this.sessions.get(context.accountId) as Known);
      return promise;
    };
    manager.handle('held', hold, { concurrency: 3, maxQueued: 5, timeoutMs: 1000 });
    manager.handle('short', hold, { concurrency: 1, maxQueued: 100, timeoutMs: 150 });
    manager.handle('fast', (_, { requestId }) => requestId);
    script.update = (session) => {
      const known = this.sessions.get(session.accountId) as Known;
      if (this.#listening.has(session.accountId)) {
        for (const topic of TOPICS) {
          for (const { id, status, topic: told } of session.answers(topic)) {
            expect([told, known.requests.get(id), known.told.has(id)]).toEqual([topic, topic, false]);
            known.told.set(id, status);
            if (topic === 'held' && status === 'ok') known.order.push(id);
          }
        }
      }
      for (const [, , topic, bytes] of this.#plans.get(session.accountId) ?? []) {
        const id = session.ask(topic, 'x'.repeat(bytes));
        if (id !== 0) known.requests.set(id, topic as (typeof TOPICS)[number]);
      }
    };
  }

  async run(step: Step): Promise<void> {
    const { manager, clock } = this.world;
    const [name] = step;
    if (name === 'ask') this.#plans.set(step[1], [...(this.#plans.get(step[1]) ?? []), step]);
    else if (name === 'settle') this.settle(step[1], step[2]);
    else if (name === 'release') {
      if (manager.releaseSession(step[1])) this.sessions.delete(step[1]);
    } else if (name === 'create') {
      if (!this.sessions.has(step[1])) {
        this.sessions.set(step[1], { requests: new Map(), told: new Map(), order: [] });
        manager.createSession(step[1]);
      }
    } else if (name === 'listen') this.#listening.add(step[1]);
    else if (name === 'advance') clock.advance(step[1]);
    else if (name === 'turn') await turn();
    else await this.tick();
    this.conserve();
  }

  settle(index: number, how: 'ok' | 'throw' | 'huge'): void {
    if (this.held.length === 0) return;
    const [call] = this.held.splice(index % this.held.length, 1);
    if (how === 'throw') call.reject(new Error('no'));
    else call.resolve(how === 'ok' ? 'x'.repeat(150) : 'x'.repeat(2000));
    const { context } = call;
    if (how !== 'ok' || context.topic !== 'held' || context.signal.aborted) return;
    const known = this.#known.get(call) as Known;
    this.settled.set(known, [...(this.settled.get(known) ?? []), context.requestId]);
  }

  async tick(): Promise<void> {
    const { faults } = await this.world.manager.updateAllSessions(100);
    expect(faults).toEqual([]);
    this.#plans.clear();
    this.#listening.clear();
  }

  /** Nothing is lost, nothing comes twice. */
  conserve(): void {
    const metrics = this.world.manager.getAskMetrics();
    for (const { asked, answered, dropped, waiting, running, settled } of [metrics, ...metrics.topics.values()]) {
      expect(asked).toBe(answered + dropped + waiting + running + settled);
      expect(Math.min(waiting, running, settled)).toBeGreaterThanOrEqual(0);
    }
  }

  /** Everything comes to its end: then each request of a session that is there has its one answer, and they came in order. */
  async finish(): Promise<void> {
    for (let round = 0; round < 200; round++) {
      const { waiting, running, settled } = this.world.manager.getAskMetrics();
      if (round > 1 && waiting + running + settled === 0) break;
      while (this.held.length > 0) this.settle(0, 'ok');
      await turn();
      this.world.clock.advance(5);
      for (let id = 1; id <= ACCOUNTS; id++) this.#listening.add(id);
      await this.tick();
    }
    const metrics = this.world.manager.getAskMetrics();
    expect(metrics).toMatchObject({ waiting: 0, running: 0, settled: 0 });
    for (const known of this.sessions.values()) {
      expect([...known.told.keys()].sort((a, b) => a - b)).toEqual([...known.requests.keys()]);
      for (const [id, topic] of known.requests) {
        if (topic === 'nobody') expect(known.told.get(id)).toBe('unhandled');
        if (topic === 'fast') expect(known.told.get(id)).toBe('ok');
      }
      expect(known.order).toEqual((this.settled.get(known) ?? []).filter((id) => known.order.includes(id)));
      expect(known.order.length).toBe([...known.requests].filter(([id, topic]) => topic === 'held' && known.told.get(id) === 'ok').length);
    }
  }
}

it('whatever is asked, settled, released and left lying: each request gets exactly one answer, in order, or its session is gone', () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 120 }), async (steps) => {
      const world = await startAsking([], ACCOUNTS, { mailboxBytes: 1024, outboxBytes: 2048, logger: false });
      const model = new Model(world);
      for (const one of steps) await model.run(one);
      await model.finish();
      await world.manager.shutdown();
    }),
    { numRuns: 50 },
  ));
