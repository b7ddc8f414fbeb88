import { describe, expect, it } from 'vitest';
import { heldHandler, ManualClock, startAsking, turn } from './ask-fixture.js';
import { accounts, failure, thrownBy } from './test-manager.js';

describe('what a session asks with', () => {
  it.each([
    [undefined, 'a topic must be a text: got undefined'],
    [7, 'a topic must be a text: got 7'],
    ['', 'a topic must be 1…255 bytes of UTF-8: got 0 ("")'],
    ['ä'.repeat(128), /1…255 bytes of UTF-8: got 256/],
    ['a\ud800', /well-formed text/],
  ])('must be a topic: %j', async (topic, message) => {
    const { manager, script, tick } = await startAsking([], 1);
    const seen: unknown[] = [];
    script.once.set(1, (session) => {
      seen.push(thrownBy(() => session.ask(topic as string)));
    });
    await tick();
    expect(seen).toEqual([failure('ERR_INVALID_ARGUMENT', message)]);
    expect(thrownBy(() => manager.handle(topic as string, () => 0))).toEqual(failure('ERR_INVALID_ARGUMENT', message));
  });

  it('may be a topic of 255 bytes, told apart from one that differs in its last byte', async () => {
    const topics = [`${'x'.repeat(254)}a`, `${'x'.repeat(254)}b`];
    const { manager, script, tick } = await startAsking(topics, 1);
    for (const topic of topics) manager.handle(topic, () => topic.at(-1));
    script.once.set(1, (session) => {
      for (const topic of topics) session.ask(topic);
    });
    await tick();
    await tick();
    expect(script.told()).toEqual([
      [1, 1, 'ok', 'a'],
      [1, 2, 'ok', 'b'],
    ]);
  });

  it('may be a topic that begins with a byte order mark', async () => {
    const topics = ['\ufeffa', 'a'];
    const { manager, script, tick } = await startAsking(topics, 1);
    for (const topic of topics) manager.handle(topic, () => topic.length);
    script.once.set(1, (session) => {
      for (const topic of topics) session.ask(topic);
    });
    await tick();
    await tick();
    expect(script.told()).toEqual([
      [1, 1, 'ok', 2],
      [1, 2, 'ok', 1],
    ]);
  });

  it('is told apart by topics even where their hashes are equal', async () => {
    // FNV-1a of both is 0x5e4daa9d.
    const topics = ['costarring', 'liquid'];
    const { manager, script, tick } = await startAsking(topics, 1);
    manager.handle('liquid', () => 'water');
    script.once.set(1, (session) => {
      session.ask('costarring');
      session.ask('liquid');
    });
    await tick();
    await tick();
    expect(script.answers.map(({ answer }) => [answer.topic, answer.id, answer.status])).toEqual([
      ['costarring', 1, 'unhandled'],
      ['liquid', 2, 'ok'],
    ]);
  });

  it('is refused when it could never fit, naming the limit; the longest that can goes through', async () => {
    const codec = { encode: (value: unknown) => value as Uint8Array, decode: (bytes: Uint8Array) => Uint8Array.from(bytes) };
    const { manager, script, tick } = await startAsking(['a'], 1, { outboxBytes: 1024, codec });
    manager.handle('a', (value: Uint8Array) => value);
    // The far part of 1024 bytes less the record's head and the topic.
    const most = (256 - 64 - 3) * 4 - 4;
    const value = Uint8Array.from({ length: most }, (_, i) => i);
    const seen: unknown[] = [];
    script.once.set(1, (session) => {
      seen.push(thrownBy(() => session.ask('a', new Uint8Array(most + 1))));
      seen.push(session.ask('a', value), session.ask('a', value));
    });
    await tick();
    const message = `a value asked for topic "a" must be 0…${most} bytes encoded with outboxBytes 1024: got ${most + 1}`;
    expect(seen).toEqual([failure('ERR_VALUE_TOO_LARGE', message), 1, 0]);
    await tick();
    expect(script.told()).toEqual([[1, 1, 'ok', value]]);
  });

  it('whose answer cannot be decoded fails one update, and is gone', async () => {
    const decode = (bytes: Uint8Array) => {
      const text = new TextDecoder().decode(Uint8Array.from(bytes));
      if (text === 'bad') throw new Error('not to be decoded');
      return text;
    };
    const codec = { encode: (value: unknown) => new TextEncoder().encode(String(value)), decode };
    const { manager, script, ask, tick } = await startAsking(['a'], 1, { codec });
    manager.handle('a', (_, { requestId }) => (requestId === 2 ? 'bad' : 'good'));
    ask(1, 'a', undefined, 3);
    await tick();
    expect((await manager.updateAllSessions(100)).faults).toMatchObject([{ error: new Error('not to be decoded') }]);
    await tick();
    expect(script.told()).toEqual([
      [1, 1, 'ok', 'good'],
      [1, 3, 'ok', 'good'],
    ]);
  });

  it('what the codec refuses fails the update, and nothing is asked', async () => {
    const { manager, script } = await startAsking([], 1);
    script.once.set(1, (session) => {
      session.ask('a', () => {});
    });
    const { faults, asked } = await manager.updateAllSessions(100);
    expect([faults.length, asked]).toEqual([1, 0]);
    expect(manager.getAskMetrics()).toMatchObject({ asked: 0 });
  });

  it('0 is returned, and counted as dropped, when the outbox is full or 64 requests have no answer', async () => {
    const { manager, script, tick } = await startAsking([], 2, { outboxBytes: 1024 });
    const { calls, handler } = heldHandler();
    manager.handle('a', handler, { concurrency: 100 });
    const seen: number[][] = [[], []];
    script.update = (session) => {
      const mine = seen[session.accountId - 1];
      for (let i = 0; i < 40; i++) mine.push(session.ask('a', session.accountId === 1 ? 0 : new Uint8Array(100)));
    };
    await tick();
    await tick();
    expect(seen[0].filter((number) => number !== 0)).toEqual(accounts(64));
    const full = seen[1].slice(0, 40).indexOf(0);
    expect(full).toBeGreaterThan(3);
    expect(seen[1].slice(full, 40)).toEqual(Array(40 - full).fill(0));
    expect(manager.getSession(1)?.dropped).toBe(16);
    expect(calls.length).toBe(64 + seen[1].filter((number) => number !== 0).length);
    script.update = () => {};
    for (const { context, resolve } of calls) if (context.accountId === 1 && context.requestId <= 3) resolve();
    await turn();
    await tick();
    script.once.set(1, (session) => {
      for (let i = 0; i < 5; i++) seen[0].push(session.ask('a'));
    });
    await tick();
    expect(seen[0].slice(-5)).toEqual([65, 66, 67, 0, 0]);
  });

  it('is measured by a clock that is one', async () => {
    await expect(startAsking([], 1, { clock: { now: () => 0 } as never })).rejects.toEqual(
      failure('ERR_CONFIG_INVALID', 'clock must have now, setTimeout and clearTimeout: got an object (Object)'),
    );
    await startAsking([], 1, { clock: new ManualClock() });
  });
});
