import { describe, expect, it } from 'vitest';
import { heldHandler, listen, startAsking, turn } from './ask-fixture.js';
import { accounts, failure, thrownBy } from './test-manager.js';

describe('a topic', () => {
  it('without a handler is answered unhandled at once, and logged once', async () => {
    const { script, lines, ask, tick } = await startAsking(['a', 'b'], 1);
    for (const topic of ['a', 'b', 'a', 'a']) {
      ask(1, topic);
      await tick();
    }
    await tick();
    expect(script.told()).toEqual(
      ['a', 'b', 'a', 'a'].map((topic, i) => [1, i + 1, 'unhandled', `topic "${topic}" has no handler: see manager.handle`]),
    );
    expect(lines).toEqual(
      ['a', 'b'].map(
        (topic, i) =>
          `warn module.playerbot.session: request ${i + 1} of account 1 on topic "${topic}" was answered unhandled: topic "${topic}" has no handler: see manager.handle`,
      ),
    );
  });

  it('has one handler at a time; what one has taken it answers though another comes after it', async () => {
    const { manager, script, ask, tick } = await startAsking(['a'], 1);
    const { calls, handler } = heldHandler();
    const end = manager.handle('a', handler, { concurrency: 1 });
    expect(thrownBy(() => manager.handle('a', handler))).toEqual(
      failure('ERR_HANDLER_EXISTS', 'topic "a" has a handler: end that first, by the function handle returned'),
    );
    ask(1, 'a', undefined, 2);
    await tick();
    end();
    end();
    ask(1, 'a');
    await tick();
    const endSecond = manager.handle('a', () => 'second');
    end();
    ask(1, 'a');
    await tick();
    calls[0].resolve('first');
    await turn();
    calls[1].resolve('first too');
    await turn();
    await tick();
    expect(script.answers.map(({ answer }) => [answer.id, answer.status === 'ok' ? answer.value : answer.status])).toEqual([
      [3, 'unhandled'],
      [4, 'second'],
      [1, 'first'],
      [2, 'first too'],
    ]);
    endSecond();
    manager.handle('a', () => 'third');
  });

  it.each([
    [{ concurrency: 0 }, 'concurrency must be an integer 1…65536: got 0'],
    [{ concurrency: 65_537 }, 'concurrency must be an integer 1…65536: got 65537'],
    [{ timeoutMs: 0 }, 'timeoutMs must be an integer 1…2147483647: got 0'],
    [{ timeoutMs: 2 ** 31 }, 'timeoutMs must be an integer 1…2147483647: got 2147483648'],
    [{ maxQueued: -1 }, 'maxQueued must be an integer 0…1048576: got -1'],
    [{ maxQueued: 1_048_577 }, 'maxQueued must be an integer 0…1048576: got 1048577'],
    [{ timeout: 5 }, 'unknown option of handle "timeout": known are concurrency, timeoutMs, maxQueued'],
    [null, 'options of handle must be an object: got null'],
  ])('is not handled with %j', async (options, message) => {
    const { manager } = await startAsking([], 1);
    expect(thrownBy(() => manager.handle('a', () => 0, options as never))).toEqual(failure('ERR_INVALID_ARGUMENT', message));
    manager.handle('a', () => 0, { concurrency: 65_536, timeoutMs: 2 ** 31 - 1, maxQueued: 1_048_576 })();
  });

  it('is not handled by what is no function, nor by a manager that is stopped', async () => {
    const { manager } = await startAsking([], 1);
    expect(thrownBy(() => manager.handle('a', 'text' as never))).toEqual(
      failure('ERR_INVALID_ARGUMENT', 'a handler must be a function: got "text" (topic "a")'),
    );
    const end = manager.handle('a', () => 0);
    await manager.shutdown();
    expect(thrownBy(() => manager.handle('b', () => 0))).toEqual(failure('ERR_MANAGER_STOPPED'));
    end();
  });
});

describe('topics', () => {
  it('of behaviours that ask for ever new ones, and of hosts that handle ever new ones, are counted together beyond 1024', async () => {
    const { manager, script, lines, tick } = await startAsking([], 1);
    let number = 0;
    script.update = (session) => {
      for (let i = 0; i < 50; i++) session.ask(`item ${number++}`);
      for (let i = number - 100; i < number - 50; i++) if (i >= 0) expect([...session.answers(`item ${i}`)]).toHaveLength(1);
    };
    for (let ticks = 0; ticks < 30; ticks++) await tick();
    const first = manager.getAskMetrics();
    expect([first.topics.size, first.asked, first.failed.unhandled, lines.length]).toEqual([1024, 1500, 1500, 1025]);
    for (let i = 0; i < 10; i++) manager.handle(`handled ${i}`, () => i)();
    expect(manager.getAskMetrics().topics.size).toBe(1024);
    const end = manager.handle('one more', () => 'yes');
    script.update = () => {};
    script.once.set(1, (session) => {
      session.ask('one more');
    });
    await tick();
    await tick();
    expect(manager.getAskMetrics().topics.get('one more')).toMatchObject({ asked: 1, answered: 1 });
    end();
    expect(manager.getAskMetrics()).toMatchObject({ asked: 1501, answered: 1501 });
    expect(manager.getAskMetrics().topics.size).toBe(1024);
  });
});

describe('failures', () => {
  it('are published, and logged five between two ticks, the others by their number', async () => {
    const { manager, script, lines, ask, tick } = await startAsking(['a'], 8);
    const heard = listen('dormouse:ask:failed');
    manager.handle('a', () => {
      throw new Error('out of order');
    });
    for (const account of accounts(8)) ask(account, 'a');
    await tick();
    expect(heard).toEqual(
      accounts(8).map((accountId) => ({ topic: 'a', accountId, requestId: 1, status: 'error', error: 'out of order' })),
    );
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^warn .*request 1 of account 1 on topic "a" was answered error: Error: out of order\n +at /);
    await tick();
    expect(lines.slice(5)).toEqual(['warn module.playerbot.session: 3 more requests failed; getAskMetrics() counts them all']);
    expect(script.told()).toHaveLength(8);
    ask(1, 'a');
    await tick();
    expect(lines).toHaveLength(7);
  });
});
