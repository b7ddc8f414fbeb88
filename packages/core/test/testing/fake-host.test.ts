import { defineBehavior, u32 } from '@dormouse/core';
import { startTestManager, type TestManager } from '@dormouse/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failure } from '../manager/test-manager.js';

interface Heard {
  readonly accountId: number;
  readonly tick: number;
  readonly answer: unknown;
}

let heard: Heard[] = [];

/** Asks for the price of what it is told to buy, once for each packet; keeps what it hears. */
const buyer = defineBehavior(import.meta.url, {
  name: 'buyer',
  state: { asked: u32() },
  update(session) {
    const { accountId, tick } = session;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      session.state.asked = session.ask(packet.opcode === 1 ? 'price' : 'stock', { item: packet.u8(0) });
    }
    for (const topic of ['price', 'stock'])
      for (const answer of session.answers(topic)) heard.push({ accountId, tick: tick.number, answer });
  },
});

async function open(): Promise<TestManager<typeof buyer>> {
  heard = [];
  const test = await startTestManager({ behavior: buyer });
  onTestFinished(() => test.shutdown());
  return test;
}

const wants = (item: number): Uint8Array => Uint8Array.of(item);

describe('asks', () => {
  it('shows what sessions have asked, in order, until it is answered', async () => {
    const test = await open();
    const [first, second] = test.manager.createSessionBatch([7, 8]);
    second.push(1, wants(50));
    first.push(1, wants(60));
    first.push(2, wants(70));
    await test.tick();
    const prices = test.asks<{ item: number }>('price');
    expect(prices.map(({ accountId, requestId, topic, tick, value }) => [accountId, requestId, topic, tick, value.item])).toEqual([
      [7, 1, 'price', 1, 60],
      [8, 1, 'price', 1, 50],
    ]);
    expect(test.asks().map(({ topic, accountId }) => [accountId, topic])).toEqual([
      [7, 'price'],
      [7, 'stock'],
      [8, 'price'],
    ]);
    prices[1].answer(12);
    expect(test.asks('price').map(({ accountId }) => accountId)).toEqual([7]);
    await test.tick();
    expect(heard).toEqual([{ accountId: 8, tick: 2, answer: { id: 1, topic: 'price', status: 'ok', value: 12 } }]);
    prices[0].answer();
    await test.tick();
    expect(heard[1]).toMatchObject({ accountId: 7, tick: 3, answer: { status: 'ok' } });
    expect(test.asks()).toHaveLength(1);
  });

  it('can fail, time out, or be too large', async () => {
    const test = await open();
    const session = test.manager.createSession(7);
    for (let item = 0; item < 4; item++) session.push(1, wants(item));
    await test.tick();
    const [failing, plainly, slow, large] = test.asks();
    failing.fail(new Error('shop is closed'));
    plainly.fail();
    slow.timeOut();
    large.answer('x'.repeat(100_000));
    await test.tick();
    expect(heard.map(({ answer }) => answer)).toMatchObject([
      { id: 1, status: 'error', error: 'shop is closed' },
      { id: 2, status: 'error', error: 'failed by the test' },
      { id: 3, status: 'timeout', error: expect.stringContaining('30000') },
      { id: 4, status: 'too-large' },
    ]);
  });

  it('can be answered once; one whose session was released not at all', async () => {
    const test = await open();
    const sessions = test.manager.createSessionBatch([7, 8]);
    for (const session of sessions) session.push(1, wants(1));
    await test.tick();
    const [answered, gone] = test.asks();
    answered.answer(1);
    test.manager.releaseSession(8);
    test.manager.createSession(8);
    expect([answered.isPending, gone.isPending, test.asks().length]).toEqual([false, false, 0]);
    for (const ask of [answered, gone]) {
      const stale = failure(
        'ERR_SESSION_STALE',
        `request 1 of account ${ask.accountId} on topic "price" is no longer pending: it was answered, or its session released`,
      );
      for (const call of [() => ask.answer(2), () => ask.fail(), () => ask.timeOut()]) expect(call).toThrow(stale);
    }
    await test.tick();
    expect(heard).toMatchObject([{ accountId: 7, answer: { value: 1 } }]);
    expect(answered.value).toEqual({ item: 1 });
  });

  it('waits for as long as the test likes, whatever the clock says', async () => {
    const test = await open();
    test.manager.createSession(7).push(1, wants(1));
    await test.tick(100, 50);
    test.clock.advance(1e9);
    await test.tick();
    test.asks()[0].answer('at last');
    await test.tick();
    expect(heard).toMatchObject([{ tick: 52, answer: { value: 'at last' } }]);
  });

  it('leaves topics that have a handler to it, whose time limit goes by the test’s clock', async () => {
    const test = await open();
    const session = test.manager.createSession(7);
    test.manager.handle('price', () => new Promise(() => {}), { timeoutMs: 5000 });
    session.push(1, wants(1));
    session.push(2, wants(2));
    await test.tick(100, 100);
    expect(test.asks().map(({ topic }) => topic)).toEqual(['stock']);
    test.clock.advance(4999);
    await test.tick();
    expect(heard).toEqual([]);
    test.clock.advance(1);
    await test.tick();
    expect(heard).toMatchObject([{ answer: { topic: 'price', status: 'timeout' } }]);
  });
});

describe('autoAnswer', () => {
  it('answers from the next tick on, and what waits already', async () => {
    const test = await open();
    const [first, second] = test.manager.createSessionBatch([7, 8]);
    first.push(1, wants(3));
    await test.tick();
    test.autoAnswer('price', ({ item }: { item: number }, { accountId }) => item * 100 + accountId);
    await test.tick();
    second.push(1, wants(4));
    await test.tick(100, 2);
    expect(heard).toMatchObject([
      { accountId: 7, tick: 2, answer: { value: 307 } },
      { accountId: 8, tick: 4, answer: { value: 408 } },
    ]);
    expect(test.asks()).toEqual([]);
  });

  it('answers with an error what it throws, and waits for what it promises', async () => {
    const test = await open();
    const session = test.manager.createSession(7);
    test.autoAnswer('price', async ({ item }: { item: number }) => {
      if (item === 1) throw new Error('unknown item');
      await new Promise((resolve) => setImmediate(resolve));
      return item;
    });
    session.push(1, wants(1));
    session.push(1, wants(2));
    await test.tickUntil(() => heard.length === 2, { maxTicks: 10 });
    expect(heard.map(({ answer }) => answer)).toMatchObject([
      { id: 1, status: 'error', error: 'unknown item' },
      { id: 2, status: 'ok', value: 2 },
    ]);
  });

  it('ends by the function it returns: the topic’s requests wait for the test again', async () => {
    const test = await open();
    const session = test.manager.createSession(7);
    const end = test.autoAnswer('price', () => 1);
    expect(() => test.autoAnswer('price', () => 2)).toThrow(failure('ERR_HANDLER_EXISTS'));
    end();
    session.push(1, wants(1));
    await test.tick(100, 3);
    expect([heard, test.asks('price').length]).toEqual([[], 1]);
  });
});

it('a disabled manager has nothing to ask for', async () => {
  const test = await startTestManager({ behavior: buyer, enabled: false });
  expect([await test.tick(), test.asks()]).toMatchObject([{ tick: 0 }, []]);
  await test.shutdown();
});
