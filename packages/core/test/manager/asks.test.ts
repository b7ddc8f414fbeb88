import { defineBehavior, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { heldHandler, startAsking, turn } from './ask-fixture.js';
import { accounts, failure, startWith, thrownBy } from './test-manager.js';

describe('a session that asks', () => {
  it('is answered in the next tick by a handler that answers at once, with the value it was given', async () => {
    const { manager, script, ask, tick } = await startAsking(['price'], 2);
    const seen: unknown[] = [];
    manager.handle('price', (value, { accountId, requestId, topic, tick }) => {
      seen.push([value, accountId, requestId, topic, tick]);
      return { of: value, bytes: new Uint8Array([1, 2]) };
    });
    ask(2, 'price', { item: 'ale', count: 3 });
    expect(await tick()).toMatchObject({ asked: 1, answered: 0 });
    expect(seen).toEqual([[{ item: 'ale', count: 3 }, 2, 1, 'price', 1]]);
    expect(await tick()).toMatchObject({ asked: 0, answered: 1 });
    expect(script.told()).toEqual([[2, 1, 'ok', { of: { item: 'ale', count: 3 }, bytes: new Uint8Array([1, 2]) }]]);
    await tick();
    expect(script.told()).toEqual([]);
  });

  it('numbers its requests 1, 2, … for itself, over all topics', async () => {
    const { script, tick } = await startAsking([], 2);
    const numbers: number[][] = [];
    script.update = (session) => {
      numbers.push([session.accountId, session.ask('a'), session.ask('b'), session.ask('a')]);
    };
    await tick();
    await tick();
    expect(numbers).toEqual([
      [1, 1, 2, 3],
      [2, 1, 2, 3],
      [1, 4, 5, 6],
      [2, 4, 5, 6],
    ]);
  });

  it('may ask without a value, and be answered with none', async () => {
    const { manager, script, ask, tick } = await startAsking(['ping'], 1);
    const seen: unknown[] = [];
    manager.handle('ping', (value) => {
      seen.push(value);
    });
    ask(1, 'ping');
    await tick();
    await tick();
    expect([seen, script.told()]).toEqual([[undefined], [[1, 1, 'ok', undefined]]]);
  });

  it('gets its answers in the order in which they were settled, whatever the order of its requests', async () => {
    const { manager, script, ask, tick } = await startAsking(['a'], 1);
    const { calls, handler } = heldHandler();
    manager.handle('a', handler);
    ask(1, 'a', undefined, 4);
    await tick();
    for (const i of [2, 0, 3, 1]) {
      calls[i].resolve(`answer ${i + 1}`);
      await turn();
    }
    await tick();
    expect(script.told()).toEqual([3, 1, 4, 2].map((id) => [1, id, 'ok', `answer ${id}`]));
  });

  it('takes the answers of one topic at a time, and leaves the others, and messages, where they are', async () => {
    const { manager, script, tick } = await startAsking([], 1);
    for (const topic of ['a', 'b', 'ä 😀']) manager.handle(topic, (value) => `${topic}${value}`);
    script.once.set(1, (session) => {
      for (const topic of ['a', 'b', 'a', 'ä 😀', 'b']) session.ask(topic, session.ask.length);
      session.sendTo(1, 7);
    });
    await tick();
    const values = (topic: string) => (session: Parameters<typeof script.update>[0]) =>
      [...session.answers(topic)].map((answer) => [answer.id, answer.topic]);
    const seen: unknown[] = [];
    script.once.set(1, (session) => {
      seen.push(values('b')(session), values('c')(session), values('b')(session));
    });
    await tick();
    script.once.set(1, (session) => {
      seen.push(values('a')(session), session.receiveMessage()?.opcode, values('ä 😀')(session), session.receiveMessage());
    });
    await tick();
    expect(seen).toEqual([
      [
        [2, 'b'],
        [5, 'b'],
      ],
      [],
      [],
      [
        [1, 'a'],
        [3, 'a'],
      ],
      7,
      [[4, 'ä 😀']],
      null,
    ]);
  });

  it('takes an answer out of turn with its status', async () => {
    const { manager, script, tick } = await startAsking([], 1);
    manager.handle('a', () => 'first');
    manager.handle('b', () => Promise.reject(new Error('second')));
    script.once.set(1, (session) => {
      session.ask('a');
      session.ask('b');
    });
    await tick();
    script.once.set(1, (session) => {
      expect([...session.answers('b')]).toEqual([{ id: 2, topic: 'b', status: 'error', error: 'second' }]);
      expect([...session.answers('a')]).toEqual([{ id: 1, topic: 'a', status: 'ok', value: 'first' }]);
    });
    expect(await tick()).toMatchObject({ answered: 2, faults: [] });
  });

  it('that stops halfway finds the rest in a later tick', async () => {
    const { manager, script, ask, tick } = await startAsking([], 1);
    manager.handle('a', () => 0);
    ask(1, 'a', 0, 5);
    await tick();
    const seen: number[] = [];
    script.once.set(1, (session) => {
      for (const { id } of session.answers('a')) {
        seen.push(id);
        if (id === 2) break;
      }
      const [third] = session.answers('a');
      seen.push(third.id);
    });
    await tick();
    expect(seen).toEqual([1, 2, 3]);
    script.once.set(1, (session) => {
      seen.push(...[...session.answers('a')].map(({ id }) => id));
    });
    await tick();
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('that takes answers while it goes through answers gets each of them once', async () => {
    const { manager, script, tick } = await startAsking([], 1);
    manager.handle('a', () => 0);
    manager.handle('b', () => 0);
    script.once.set(1, (session) => {
      for (let i = 0; i < 12; i++) session.ask(i % 3 === 2 ? 'b' : 'a');
    });
    await tick();
    const seen: number[] = [];
    script.once.set(1, (session) => {
      const other = session.answers('a');
      for (const { id } of session.answers('a')) {
        seen.push(id);
        for (const inner of session.answers('b')) {
          seen.push(inner.id);
          if (inner.id === 6) break;
        }
        if (id === 2) for (const inner of session.answers('a')) if (seen.push(inner.id) && inner.id === 5) break;
      }
      expect([...other]).toEqual([]);
      expect([...other]).toEqual([]);
    });
    await tick();
    expect(seen).toEqual([1, 3, 6, 2, 9, 12, 4, 5, 7, 8, 10, 11]);
  });

  it('cannot go on with answers outside the call they were taken in, nor when the object shows another session', async () => {
    const { manager, script, ask, tick } = await startAsking([], 2);
    manager.handle('a', () => 0);
    ask(1, 'a', 0, 2);
    await tick();
    let kept: Iterable<unknown> = [];
    let thrown: unknown;
    script.once.set(1, (session) => {
      kept = session.answers('a');
    });
    script.once.set(2, () => {
      thrown = thrownBy(() => [...kept]);
    });
    await tick();
    expect(thrown).toEqual(failure('ERR_SESSION_PARKED', /"a" were iterated outside the call/));
    expect(thrownBy(() => [...kept])).toEqual(failure('ERR_SESSION_PARKED'));
    script.once.set(1, () => {
      thrown = thrownBy(() => [...kept]);
    });
    await tick();
    expect(thrown).toEqual(failure('ERR_SESSION_PARKED'));
  });

  it('shares one empty iterable with all others while nothing has come', async () => {
    const { script, tick } = await startAsking([], 2);
    const seen = new Set<unknown>();
    script.update = (session) => {
      seen.add(session.answers('a'));
      expect([...session.answers('b')]).toEqual([]);
    };
    await tick();
    expect(seen.size).toBe(1);
  });

  it('in a hook asks as in an update; in a batch each row for itself', async () => {
    const behavior = defineBehavior(import.meta.url, {
      name: 'rows',
      state: { sum: u32() },
      create: (session) => {
        session.ask('half', session.accountId * 2);
      },
      updateBatch(batch) {
        for (let row = batch.begin; row < batch.end; row++) {
          const session = batch.session(row);
          for (const answer of session.answers<number>('half')) if (answer.status === 'ok') session.state.sum += answer.value;
        }
      },
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    manager.handle('half', (value: number) => value / 2);
    const handles = manager.createSessionBatch(accounts(70));
    await manager.updateAllSessions(100);
    await turn();
    await manager.updateAllSessions(100);
    expect(handles.map(({ state }) => state.sum)).toEqual(accounts(70));
  });

  it('with two managers is answered by its own', async () => {
    const [one, two] = [await startAsking(['a'], 1), await startAsking(['a'], 1)];
    one.manager.handle('a', () => 'one');
    two.manager.handle('a', () => 'two');
    for (const { ask } of [one, two]) ask(1, 'a');
    for (const { tick } of [one, two, one, two]) await tick();
    expect([one.script.told(), two.script.told()]).toEqual([[[1, 1, 'ok', 'one']], [[1, 1, 'ok', 'two']]]);
  });

  it('is not handled before the tick it asked in has ended, even when that takes its time', async () => {
    const scheduler = deferredScheduler();
    const { manager, script, ask } = await startAsking(['a'], 1, { scheduler });
    const phases: string[] = [];
    manager.handle('a', () => {
      phases.push('handled');
      return 1;
    });
    ask(1, 'a');
    const ticking = manager.updateAllSessions(100);
    await turn();
    phases.push('opened');
    scheduler.open();
    await ticking;
    await turn();
    const second = manager.updateAllSessions(100);
    scheduler.open();
    await second;
    expect([phases, script.told()]).toEqual([['opened', 'handled'], [[1, 1, 'ok', 1]]]);
  });
});
