import { DormouseError } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { type Call, heldHandler, startAsking, turn } from './ask-fixture.js';
import { accounts, failure } from './test-manager.js';

const asked = (calls: readonly Call[]) => calls.map(({ context }) => context.accountId);

describe('a handler', () => {
  it('has no more calls at a time than its concurrency, and gets the rest by account and sequence', async () => {
    const { manager, script, ask, tick } = await startAsking(['a'], 4);
    const { calls, handler } = heldHandler();
    manager.handle('a', handler, { concurrency: 3 });
    for (const account of [4, 2, 1, 3]) ask(account, 'a', undefined, 2);
    await tick();
    expect(calls.map(({ context }) => [context.accountId, context.requestId])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
    ]);
    expect(manager.getAskMetrics()).toMatchObject({ running: 3, waiting: 5 });
    calls[1].resolve();
    calls[2].reject(new Error('no'));
    await turn();
    expect(asked(calls)).toEqual([1, 1, 2, 2, 3]);
    for (let i = 0; i < 8; i++) {
      calls[i].resolve(i);
      await turn();
    }
    await tick();
    expect(script.told()).toHaveLength(8);
  });

  it('that is done at once has had all requests when the microtask has run, whatever its concurrency', async () => {
    const { manager, script, ask, tick } = await startAsking(['a'], 3);
    manager.handle('a', ({ n }) => n * 2, { concurrency: 1, maxQueued: 100_000 });
    for (const account of accounts(3)) ask(account, 'a', { n: account }, 60);
    await manager.updateAllSessions(100);
    expect(manager.getAskMetrics()).toMatchObject({ settled: 180, waiting: 0, running: 0 });
    await tick();
    expect(script.told().filter((answer) => (answer as number[])[3] === (answer as number[])[0] * 2)).toHaveLength(180);
  });

  it('answers full at once beyond its concurrency and its queue', async () => {
    const { manager, script, ask, tick } = await startAsking(['a'], 6);
    const { calls, handler } = heldHandler();
    manager.handle('a', handler, { concurrency: 2, maxQueued: 3 });
    for (const account of accounts(6)) ask(account, 'a');
    await tick();
    await tick();
    expect(script.told()).toEqual([[6, 1, 'full', 'too many requests are waiting (concurrency, maxQueued)']]);
    for (let i = 0; i < 5; i++) {
      calls[i].resolve(i);
      await turn();
    }
    await tick();
    expect(script.told()).toEqual(accounts(5).map((account) => [account, 1, 'ok', account - 1]));
  });

  it('with maxQueued 0 has no queue', async () => {
    const { manager, script, ask, tick } = await startAsking(['a'], 3);
    const { handler } = heldHandler();
    manager.handle('a', handler, { concurrency: 1, maxQueued: 0 });
    for (const account of accounts(3)) ask(account, 'a');
    await tick();
    await tick();
    expect(script.answers.map(({ account, answer }) => [account, answer.status])).toEqual([
      [2, 'full'],
      [3, 'full'],
    ]);
  });

  it('that takes too long is told so, gives its place to the next, and is not heard later', async () => {
    const { manager, clock, script, ask, tick } = await startAsking(['a'], 2);
    const { calls, handler } = heldHandler();
    manager.handle('a', handler, { concurrency: 1, timeoutMs: 500 });
    ask(1, 'a');
    ask(2, 'a');
    await tick();
    const { signal } = calls[0].context;
    clock.advance(499);
    expect([signal.aborted, calls.length]).toEqual([false, 1]);
    clock.advance(1);
    expect(signal.reason).toEqual(
      failure('ERR_ASK_TIMEOUT', 'request 1 of account 1 on topic "a": its handler took longer than timeoutMs = 500'),
    );
    expect([DormouseError.isInstance(signal.reason), asked(calls)]).toEqual([true, [1, 2]]);
    calls[0].resolve('late');
    calls[1].resolve('in time');
    await turn();
    await tick();
    expect(script.told()).toEqual([
      [1, 1, 'timeout', 'its handler took longer than timeoutMs = 500'],
      [2, 1, 'ok', 'in time'],
    ]);
    expect(manager.getAskMetrics()).toMatchObject({ answered: 2, late: 1, running: 0, failed: { timeout: 1 } });
    clock.advance(10_000);
    expect(clock.timers.size).toBe(0);
  });

  it('each call has its own time, from when it began, and waiting costs none of it', async () => {
    const { manager, clock, script, ask, tick } = await startAsking(['a', 'b'], 3);
    const { calls, handler } = heldHandler();
    manager.handle('a', handler, { concurrency: 1, timeoutMs: 1000 });
    manager.handle('b', handler, { timeoutMs: 300 });
    ask(1, 'a');
    ask(2, 'a');
    await tick();
    expect(clock.timers.size).toBe(1);
    clock.advance(900);
    ask(3, 'b');
    await tick();
    clock.advance(100);
    expect(asked(calls)).toEqual([1, 3, 2]);
    clock.advance(199);
    expect(calls.map(({ context }) => context.signal.aborted)).toEqual([true, false, false]);
    clock.advance(1);
    expect(calls.map(({ context }) => context.signal.aborted)).toEqual([true, true, false]);
    clock.advance(799);
    expect(calls[2].context.signal.aborted).toBe(false);
    clock.advance(1);
    expect(calls[2].context.signal.aborted).toBe(true);
    await tick();
    expect(script.answers.map(({ account, answer }) => [account, answer.status])).toEqual([
      [1, 'timeout'],
      [2, 'timeout'],
      [3, 'timeout'],
    ]);
  });

  it.each([
    ['an error', () => new Error('no such item'), 'no such item'],
    ['a text', () => 'broken', '"broken"'],
    ['nothing', () => undefined, 'undefined'],
    ['an object', () => ({ code: 7 }), 'an object (Object)'],
    ['an error whose stack cannot be looked at', () => Object.defineProperty(new Error('odd'), 'stack', { get: refuse }), 'odd'],
    ['what cannot be looked at', hostile, 'something was thrown that cannot be looked at'],
  ])('that throws %s answers error with its message, thrown at once or later', async (_, make, text) => {
    const { manager, script, tick } = await startAsking(['now', 'later'], 1);
    manager.handle('now', () => {
      throw make();
    });
    manager.handle('later', async () => {
      throw make();
    });
    script.once.set(1, (session) => {
      session.ask('now');
      session.ask('later');
    });
    await tick();
    await tick();
    expect(script.told()).toEqual([
      [1, 1, 'error', text],
      [1, 2, 'error', text],
    ]);
  });

  it("whose error's text is long has it cut off between characters", async () => {
    const { manager, script, ask, tick } = await startAsking(['x'.repeat(255)], 1, { mailboxBytes: 1024 });
    manager.handle('x'.repeat(255), () => Promise.reject(new Error(`${'x'.repeat(479)}äö`)));
    ask(1, 'x'.repeat(255));
    await tick();
    await tick();
    expect(script.told()).toEqual([[1, 1, 'error', 'x'.repeat(479)]]);
  });

  it('whose answer cannot be encoded, or whose question cannot be decoded, answers error', async () => {
    const { manager, script, tick } = await startAsking(['function', 'bad'], 1, {
      codec: {
        encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
        decode(bytes) {
          const text = new TextDecoder().decode(Uint8Array.from(bytes));
          if (text === '"bad"') throw new Error('not to be decoded');
          return JSON.parse(text);
        },
      },
    });
    manager.handle('function', () => 12n);
    manager.handle('bad', () => 'never called');
    script.once.set(1, (session) => {
      session.ask('function', 0);
      session.ask('bad', 'bad');
    });
    await tick();
    await tick();
    expect(script.told()).toEqual([
      [1, 1, 'error', 'Do not know how to serialize a BigInt'],
      [1, 2, 'error', 'not to be decoded'],
    ]);
  });

  it('whose answer no mailbox could hold answers too-large', async () => {
    const { manager, script, ask, tick } = await startAsking(['a'], 1, { mailboxBytes: 1024 });
    manager.handle('a', (length: number) => 'x'.repeat(length));
    ask(1, 'a', 753);
    await tick();
    await tick();
    expect(script.told()).toEqual([[1, 1, 'too-large', 'an answer must be 0…752 bytes encoded (mailboxBytes): got 756']]);
    ask(1, 'a', 749);
    await tick();
    await tick();
    expect(script.told()).toEqual([[1, 2, 'ok', 'x'.repeat(749)]]);
  });

  it('may return any thenable', async () => {
    const { manager, script, ask, tick } = await startAsking(['a'], 1);
    // biome-ignore lint/suspicious/noThenProperty: what is tested
    manager.handle('a', () => ({ then: (resolve: (value: number) => void) => resolve(5) }));
    ask(1, 'a');
    await tick();
    await tick();
    expect(script.told()).toEqual([[1, 1, 'ok', 5]]);
  });

  it('has a signal of its own for each call, the same however often it is asked for', async () => {
    const { manager, ask, tick } = await startAsking([], 1);
    const { calls, handler } = heldHandler();
    manager.handle('a', handler);
    ask(1, 'a', undefined, 2);
    await tick();
    const signals = [calls[0], calls[0], calls[1]].map(({ context }) => context.signal);
    expect([new Set(signals).size, signals[0].aborted]).toEqual([2, false]);
    expect(signals[0]).toBe(signals[1]);
  });
});

function refuse(): never {
  throw new Error('no looking');
}

/** Looking at it throws. */
function hostile(): unknown {
  return new Proxy(Object.create(null), { get: refuse, getPrototypeOf: refuse });
}
