import { DormouseError, defineBehavior, i32, u32 } from '@dormouse/core';
import { startTestManager, type TestManager } from '@dormouse/core/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { failure } from '../manager/test-manager.js';

/** Counts, answers packets, says what tick it is in, and fails when told to. */
const clerk = defineBehavior(import.meta.url, {
  name: 'clerk',
  state: { updates: u32(), failing: u32() },
  update(session) {
    session.state.updates += 1;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      session.send(packet.opcode + 1, packet.toBytes());
    }
    if (session.tick.number === 2) session.log('two');
    if (session.state.failing === 1) throw new RangeError('no paper left');
  },
});

async function open(options: Partial<Parameters<typeof startTestManager<typeof clerk>>[0]> = {}): Promise<TestManager<typeof clerk>> {
  const test = await startTestManager<typeof clerk>({ behavior: clerk, ...options } as Parameters<
    typeof startTestManager<typeof clerk>
  >[0]);
  onTestFinished(() => test.shutdown());
  return test;
}

describe('tick', () => {
  it('is 100 ms, once, unless told otherwise; resolves with the last report', async () => {
    const test = await open();
    const session = test.manager.createSession(7);
    expect(await test.tick()).toMatchObject({ tick: 1, nowMs: 100, sessions: 1 });
    expect(await test.tick(20, 5)).toMatchObject({ tick: 6, nowMs: 200 });
    expect(session.state.updates).toBe(6);
  });

  it('rejects in the tick a session fails in, with the error as cause', async () => {
    const test = await open();
    for (const accountId of [7, 8]) test.manager.createSession(accountId).state.failing = 1;
    const error = await test.tick(100, 3).catch((thrown) => thrown);
    expect(error).toEqual(failure('ERR_TEST_FAULT', 'tick 1: the update of account 7 failed: no paper left (and 1 more)'));
    expect([error.accountId, error.cause]).toEqual([7, expect.any(RangeError)]);
    expect(test.manager.tick.number).toBe(1);
  });

  it('leaves faults to the test that allows them', async () => {
    const test = await open({ allowFaults: true, quarantineAfter: 2 });
    const session = test.manager.createSession(7);
    session.state.failing = 1;
    const { faults } = await test.tick(100, 2);
    expect(faults).toMatchObject([{ accountId: 7, faults: 2, quarantined: true }]);
    expect(session.status).toBe('quarantined');
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %s times', async (times) => {
    const test = await open();
    await expect(test.tick(100, times)).rejects.toEqual(failure('ERR_INVALID_ARGUMENT', /^times must be an integer 1…/));
  });

  it('rejects as a manager’s tick does', async () => {
    const test = await open();
    await expect(test.tick(-1)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await test.shutdown();
    await expect(test.tick()).rejects.toMatchObject({ code: 'ERR_MANAGER_STOPPED' });
  });
});

it('ticks while the framework’s own clock is a fake', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const test = await open();
  const session = test.manager.createSession(7);
  expect(await test.tickUntil(() => session.state.updates === 20)).toMatchObject({ tick: 20 });
});

describe('tickUntil', () => {
  it('stops after the first tick that brings it about', async () => {
    const test = await open();
    const session = test.manager.createSession(7);
    const report = await test.tickUntil(() => session.state.updates >= 4, { diffMs: 10 });
    expect(report).toMatchObject({ tick: 4, nowMs: 40 });
    expect(await test.tickUntil(async ({ tick }, { manager }) => tick === 6 && manager.getActiveSessionCount() === 1)).toMatchObject({
      tick: 6,
    });
  });

  it('gives up after maxTicks, and says what was waited for', async () => {
    const test = await open();
    await expect(test.tickUntil(({ tick }) => tick > 5, { maxTicks: 3, diffMs: 50 })).rejects.toEqual(
      failure('ERR_TEST_TICKS', 'maxTicks = 3 ticks of 50 ms have not brought about what was waited for: ({ tick }) => tick > 5'),
    );
    await expect(test.tickUntil(() => false, { maxTicks: 1, what: 'peace' })).rejects.toThrow(/waited for: peace$/);
    await expect(test.tickUntil(() => false)).rejects.toThrow(/^maxTicks = 1000 /);
  });

  it('rejects as tick does, and with what the condition throws', async () => {
    const test = await open();
    const session = test.manager.createSession(7);
    const mistake = new Error('mistake');
    await expect(test.tickUntil(() => Promise.reject(mistake))).rejects.toBe(mistake);
    session.state.failing = 1;
    await expect(test.tickUntil(() => false)).rejects.toMatchObject({ code: 'ERR_TEST_FAULT' });
    for (const bad of [{ maxTicks: 0 }, { maxTick: 5 }] as never[]) {
      await expect(test.tickUntil(() => true, bad)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    }
    await expect(test.tickUntil(7 as never)).rejects.toEqual(failure('ERR_INVALID_ARGUMENT', 'condition must be a function: got 7'));
  });
});

describe('what sessions say', () => {
  it('packets are kept where a host takes them together, too, and it is given each by itself', async () => {
    const heard: number[][] = [];
    const test = await open({ onPackets: ({ begin, end, accountIds }) => void heard.push([...accountIds.subarray(begin, end)]) });
    for (const handle of test.manager.createSessionBatch([7, 8])) handle.push(10, Uint8Array.of(1));
    await test.tick();
    expect(heard).toEqual([[7], [8]]);
    expect(test.sent().map(({ accountId, payload }) => [accountId, ...payload])).toEqual([
      [7, 1],
      [8, 1],
    ]);
  });

  it('packets are kept with account and tick, as they were', async () => {
    const heard: number[] = [];
    const test = await open({ onPacket: (accountId) => void heard.push(accountId) });
    const [first, second] = test.manager.createSessionBatch([7, 8]);
    second.push(10, Uint8Array.of(1, 2));
    await test.tick();
    first.push(20);
    second.push(30, Uint8Array.of(3));
    await test.tick();
    expect(test.sent(8)).toEqual([
      { accountId: 8, tick: 1, opcode: 11, payload: Uint8Array.of(1, 2) },
      { accountId: 8, tick: 2, opcode: 31, payload: Uint8Array.of(3) },
    ]);
    expect(test.sent().map(({ accountId, opcode }) => [accountId, opcode])).toEqual([
      [8, 11],
      [7, 21],
      [8, 31],
    ]);
    expect(heard).toEqual([8, 7, 8]);
    expect(test.sent(9)).toEqual([]);
  });

  it('logs of manager and sessions are kept, and printed nowhere', async () => {
    const test = await open();
    test.manager.createSession(7);
    await test.tick(100, 2);
    expect(test.logs('info').map(({ message }) => message)).toEqual([
      'started on scheduler reference, at most 5000 sessions',
      expect.stringMatching(/\b2\b.*\b7\b.*two|\b7\b.*\b2\b.*two/),
    ]);
    expect(test.logs().length).toBeGreaterThanOrEqual(2);
    expect(test.logs('error')).toEqual([]);
  });

  it('a logger of the test’s own hears them too', async () => {
    const heard: string[] = [];
    const to = (message: string): number => heard.push(message);
    await open({ logger: { debug: to, info: to, warn: to, error: to } });
    expect(heard).toEqual(['module.playerbot.session: started on scheduler reference, at most 5000 sessions']);
  });
});

describe('shuffleSeed', () => {
  let order: number[] = [];
  const roll = defineBehavior(import.meta.url, {
    name: 'roll',
    state: { x: i32() },
    update: ({ accountId }) => void order.push(accountId),
  });

  async function orders(shuffleSeed: number | undefined, ticks: number, count = 100): Promise<number[][]> {
    const test = await startTestManager({ behavior: roll, ...(shuffleSeed === undefined ? {} : { shuffleSeed }) });
    onTestFinished(() => test.shutdown());
    test.manager.createSessionBatch(Array.from({ length: count }, (_, index) => index + 1));
    const taken: number[][] = [];
    for (let tick = 0; tick < ticks; tick++) {
      order = [];
      await test.tick();
      taken.push(order);
    }
    return taken;
  }

  it('updates each session once, in another order each tick, the same for the same seed', async () => {
    const [ascending] = await orders(undefined, 1);
    expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
    const runs = await orders(5, 3);
    expect(new Set(runs.map(String)).size).toBe(3);
    for (const run of runs) expect([...run].sort((a, b) => a - b)).toEqual(ascending);
    expect(await orders(5, 3)).toEqual(runs);
    expect(await orders(6, 3)).not.toEqual(runs);
  });

  it('comes to every order of three sessions', async () => {
    const seen = new Set((await orders(1, 200, 3)).map(String));
    expect(seen.size).toBe(6);
  });

  it('finds a behaviour out that depends on the order', async () => {
    let turns = 0;
    const racing = defineBehavior(import.meta.url, {
      name: 'racing',
      state: { turn: u32() },
      update({ state }) {
        state.turn = turns++;
      },
    });
    const digest = async (shuffleSeed?: number): Promise<string> => {
      turns = 0;
      const test = await startTestManager({ behavior: racing, ...(shuffleSeed === undefined ? {} : { shuffleSeed }) });
      onTestFinished(() => test.shutdown());
      test.manager.createSessionBatch([1, 2, 3, 4, 5]);
      await test.tick();
      return test.manager.stateDigest();
    };
    const plain = await digest();
    expect(await digest()).toBe(plain);
    expect(await digest(3)).not.toBe(plain);
  });
});

describe('startTestManager', () => {
  it('takes several behaviours and any setting of a manager', async () => {
    const other = defineBehavior(import.meta.url, { name: 'other', state: {}, update() {} });
    const test = await startTestManager({ behaviors: [clerk, other], startTimeMs: 500, seed: 3 });
    onTestFinished(() => test.shutdown());
    test.manager.createSession(1, { behavior: other });
    expect(await test.tick()).toMatchObject({ nowMs: 600 });
    expect(test.manager.config).toMatchObject({ seed: 3, maxConcurrentSessions: 5000 });
  });

  it.each([
    [{ scheduler: {} }, 'scheduler is what a test’s manager brings itself: leave it out'],
    [{ clock: {} }, 'clock is what a test’s manager brings itself: leave it out'],
    [{ allowFaults: 1 }, 'allowFaults must be true or false: got 1'],
    [{ shuffleSeed: -1 }, 'shuffleSeed must be an integer 0…4294967295: got -1'],
  ])('refuses %j', async (options, message) => {
    await expect(startTestManager({ behavior: clerk, ...options } as never)).rejects.toEqual(
      failure('ERR_INVALID_ARGUMENT', message.replace('’', "'")),
    );
  });

  it('refuses what a manager refuses', async () => {
    for (const bad of [{ logger: {} }, { onPacket: 7 }]) {
      await expect(startTestManager({ behavior: clerk, ...bad } as never)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' });
    }
    await expect(startTestManager({ behavior: clerk, poolSise: 7 } as never)).rejects.toMatchObject({ code: 'ERR_CONFIG_KEY_UNKNOWN' });
    await expect(startTestManager({} as never)).rejects.toSatisfy(DormouseError.isInstance);
  });

  it('is over at the end of an await using block', async () => {
    const test = await open();
    await test[Symbol.asyncDispose]();
    expect(() => test.manager.createSession(1)).toThrow(failure('ERR_MANAGER_STOPPED'));
  });
});
