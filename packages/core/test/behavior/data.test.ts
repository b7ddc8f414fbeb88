import { inspect } from 'node:util';
import { type Codec, type Data, data, defineBehavior, type SessionBatch, SessionManager, u32 } from '@dormouse/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { accounts, failure, startWith, thrownBy } from '../manager/test-manager.js';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';

interface Bag {
  gold: number;
  items: { id: number; count: number }[];
}

const STATE = {
  ticks: u32(),
  bag: data<Bag>({ maxBytes: 1000, initial: { gold: 0, items: [] } }),
  met: data({ maxBytes: 200, initial: new Map<string, number>() }),
  note: data<string>({ maxBytes: 20 }),
};

const trader = defineBehavior(import.meta.url, {
  name: 'trader',
  state: STATE,
  create(session, init: { gold: number } | undefined) {
    if (init !== undefined) session.state.bag.set({ gold: init.gold, items: [] });
  },
  update(session) {
    expectTypeOf(session.state.bag).toEqualTypeOf<Data<Bag>>();
    expectTypeOf(session.state.met).toEqualTypeOf<Data<Map<string, number>>>();
    expectTypeOf(session.state.note).toEqualTypeOf<Data<string | undefined>>();
    session.state.ticks++;
    session.state.bag.edit((bag) => {
      bag.gold += 1;
      bag.items.push({ id: session.accountId, count: session.state.ticks });
    });
    session.state.met.edit((met) => met.set('tick', session.state.ticks));
    const { value } = session.state.bag;
    if (value.gold === 3) session.state.note.value = `three ${value.items.length}`;
  },
});

const start = () => startWith({ behavior: trader, scheduler: serialScheduler() });

describe('data fields of sessions', () => {
  it('are seen and changed by the host between ticks, and by their sessions in them', async () => {
    const manager = await start();
    const one = manager.createSession(1, { init: { gold: 10 } });
    const two = manager.createSession(2);
    await manager.updateAllSessions(100);
    expect(one.state.bag.value).toEqual({ gold: 11, items: [{ id: 1, count: 1 }] });
    expect(two.state.bag.value).toEqual({ gold: 1, items: [{ id: 2, count: 1 }] });
    const { bag } = two.state;
    expect(bag.set({ gold: 1, items: [] })).toBe(true);
    bag.edit((value) => void value.gold++);
    bag.value = { ...bag.value, gold: 2 };
    await manager.updateAllSessions(100);
    expect(bag.value).toEqual({ gold: 3, items: [{ id: 2, count: 2 }] });
    expect(two.state.note.value).toBe('three 1');
    expect(one.state.note.value).toBeUndefined();
    expect(two.state.met.value).toEqual(new Map([['tick', 2]]));
  });

  it('of a new session are initial, whoever had its place before', async () => {
    const manager = await start();
    manager.createSessionBatch(accounts(64));
    for (let tick = 0; tick < 3; tick++) await manager.updateAllSessions(100);
    manager.getSession(7)?.state.bag.set({ gold: 1, items: Array.from({ length: 500 }, (_, id) => ({ id, count: 0 })) });
    expect(manager.getSession(7)?.state.bag.tooLarge).toBe(1);
    expect(manager.getSession(7)?.state.bag.value.gold).toBe(3);
    manager.releaseSession(7);
    const handle = manager.createSession(700);
    expect(handle.state.bag.value).toEqual({ gold: 0, items: [] });
    expect(handle.state.met.value).toEqual(new Map());
    expect(handle.state.note.value).toBeUndefined();
    expect(handle.state.bag.tooLarge).toBe(0);
  });

  it('show their values in JSON and in the console, bigints and maps included', async () => {
    const manager = await start();
    const { state } = manager.createSession(1);
    state.met.set(new Map([['a', 5]]));
    expect(JSON.parse(JSON.stringify(state))).toEqual({ ticks: 0, bag: { gold: 0, items: [] }, met: { a: 5 } });
    expect(JSON.stringify(state.met)).toBe('{"a":5}');
    expect(inspect(state)).toContain("met: Map(1) { 'a' => 5 }");
    expect(inspect(state.bag)).toBe('{ gold: 0, items: [] }');
  });

  it('cannot be used while the tick is in flight, nor once the session is gone', async () => {
    const scheduler = deferredScheduler();
    const manager = await startWith({ behavior: trader, scheduler });
    const { bag } = manager.createSession(1).state;
    const tick = manager.updateAllSessions(100);
    for (const use of [() => bag.value, () => bag.edit(() => undefined), () => bag.set({ gold: 0, items: [] }), () => bag.bytes]) {
      expect(thrownBy(use)).toEqual(failure('ERR_TICK_IN_FLIGHT'));
    }
    scheduler.open();
    await tick;
    expect(bag.value.gold).toBe(1);
    manager.releaseSession(1);
    expect(thrownBy(() => bag.value)).toEqual(failure('ERR_SESSION_STALE'));
  });

  it('keep their old values, in memory as well, when an edit in an update throws', async () => {
    const clumsy = defineBehavior(import.meta.url, {
      name: 'clumsy',
      state: STATE,
      update(session) {
        session.state.bag.edit((bag) => {
          bag.gold = 100;
          if (session.tick.number === 2) throw new Error('dropped it');
        });
      },
    });
    const manager = await startWith({ behavior: clumsy, scheduler: serialScheduler() });
    const { state } = manager.createSession(1);
    await manager.updateAllSessions(100);
    state.bag.set({ gold: 1, items: [] });
    const report = await manager.updateAllSessions(100);
    expect(report.faults.map(({ error }) => String(error))).toEqual(['Error: dropped it']);
    expect(state.bag.value).toEqual({ gold: 1, items: [] });
  });

  it('changed without edit are the session’s fault, found where it happens', async () => {
    const mistaken = defineBehavior(import.meta.url, {
      name: 'mistaken',
      state: STATE,
      update(session) {
        session.state.bag.value.gold = 5;
      },
    });
    const manager = await startWith({ behavior: mistaken, scheduler: serialScheduler() });
    manager.createSession(1);
    const { faults } = await manager.updateAllSessions(100);
    const [error] = faults.map((fault) => fault.error as Error);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.stack).toContain('data.test.ts');
  });

  it('are right in the batch form, however the one session object moves', async () => {
    const update = (batch: SessionBatch<typeof STATE>): void => {
      expectTypeOf(batch.at).toEqualTypeOf<{ readonly ticks: number }>();
      expect(Object.keys(batch.at)).toEqual(['ticks']);
      const bagOf = (row: number) => batch.session(row).state.bag;
      for (let row = batch.begin; row < batch.end; row++) bagOf(row).edit((bag) => void bag.gold++);
      for (let row = batch.begin + 1; row < batch.end; row++) {
        const gold = bagOf(row - 1).value.gold;
        bagOf(row).edit((bag) => {
          bag.gold += gold;
          bagOf(row - 1).edit((last) => void last.items.push({ id: row, count: 1 }));
        });
      }
    };
    const batched = defineBehavior(import.meta.url, { name: 'batched', state: STATE, updateBatch: update });
    const manager = await startWith({ behavior: batched, scheduler: serialScheduler() });
    const handles = manager.createSessionBatch(accounts(5));
    await manager.updateAllSessions(100);
    expect(handles.map(({ state }) => state.bag.value.gold)).toEqual([1, 2, 3, 4, 5]);
    expect(handles.map(({ state }) => state.bag.value.items.length)).toEqual([1, 1, 1, 1, 0]);
  });

  it('are right when a hook has other sessions created and released', async () => {
    let manager!: SessionManager;
    const nesting = defineBehavior(import.meta.url, {
      name: 'nesting',
      state: STATE,
      create(session, depth: number | undefined) {
        const { bag } = session.state;
        bag.set({ gold: depth ?? 0, items: [] });
        expect(bag.value.gold).toBe(depth);
        if (depth !== undefined && depth > 0) manager.createSession(session.accountId + 1, { init: depth - 1 });
        expect(bag.value.gold).toBe(depth);
        bag.edit((value) => void Object.assign(value, { gold: value.gold + 10 }));
      },
      release(session) {
        if (session.accountId === 1) manager.releaseSession(2);
        expect(session.state.bag.value.gold).toBe(14 - session.accountId);
      },
      update() {},
    });
    const nested = await startWith({ behavior: nesting, scheduler: serialScheduler() });
    manager = nested as unknown as SessionManager;
    manager.createSession(1, { init: 3 });
    expect([1, 2, 3, 4].map((id) => nested.getSession(id)?.state.bag.value.gold)).toEqual([13, 12, 11, 10]);
    expect(manager.releaseSession(1)).toBe(true);
    expect(manager.getActiveSessionCount()).toBe(2);
  });

  it('follow the manager’s codec', async () => {
    const json: Codec = {
      encode: (value) => Buffer.from(JSON.stringify(value)),
      decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
    };
    const state = { bag: data<Bag>({ maxBytes: 100, initial: { gold: 1, items: [] } }) };
    const plain = defineBehavior(import.meta.url, {
      name: 'plain',
      state,
      update: ({ state: { bag } }) => void bag.edit((b) => void b.gold++),
    });
    const manager = await startWith({ behavior: plain, scheduler: serialScheduler(), codec: json });
    const handle = manager.createSession(1);
    await manager.updateAllSessions(100);
    expect(handle.state.bag.value).toEqual({ gold: 2, items: [] });
    expect(handle.state.bag.bytes).toBe('{"gold":2,"items":[]}'.length);
  });
});

describe('the declaration of a data field', () => {
  it.each([
    [{ maxBytes: 0 }, 'maxBytes of a data field must be an integer 1…1048576: got 0'],
    [{ maxBytes: 1_048_577 }, 'maxBytes of a data field must be an integer 1…1048576: got 1048577'],
    [{ maxBytes: '64' }, 'maxBytes of a data field must be an integer 1…1048576: got "64"'],
    [{}, 'maxBytes of a data field must be an integer 1…1048576: got undefined'],
    [undefined, 'options of a data field must be an object: got undefined'],
    [{ maxBytes: 1, hot: true }, 'unknown option of a data field "hot": known are maxBytes, initial, codec'],
    [{ maxBytes: 1, codec: {} }, 'of a data field: codec must have encode and decode: got an object (Object)'],
  ])('refuses %o', (options, message) => {
    expect(thrownBy(() => data(options as never))).toEqual(failure('ERR_FIELD_INVALID', message));
  });

  it('refuses an initial value that its own codec cannot take, at once', () => {
    const codec: Codec = { encode: (value) => Buffer.from(String(value)), decode: String };
    expect(thrownBy(() => data({ maxBytes: 3, initial: 'four', codec }))).toEqual(
      failure('ERR_FIELD_INVALID', 'initial of a data field must be at most 3 bytes (its maxBytes) when encoded: got 4'),
    );
    const asynchronous = { encode: async () => new Uint8Array(), decode: String } as unknown as Codec;
    expect(thrownBy(() => data({ maxBytes: 3, initial: 'x', codec: asynchronous }))).toEqual(failure('ERR_FIELD_INVALID', /Uint8Array/));
  });

  it.each([
    [data({ maxBytes: 3, initial: 'four' }), 'initial of a data field must be at most 3 bytes (its maxBytes) when encoded: got 5'],
    [data({ maxBytes: 99, initial: { run: () => 1 } }), 'got function run'],
  ])('that the manager’s codec cannot take fails the start, naming the field', async (field, message) => {
    const behavior = defineBehavior(import.meta.url, { name: 'bad', state: { bag: field }, update() {} });
    const starting = SessionManager.start({ behavior, scheduler: serialScheduler(), logger: false });
    await expect(starting).rejects.toEqual(failure('ERR_START_FAILED', /state\.bag/));
    await expect(starting).rejects.toThrow(message);
  });

  it('takes 4 MiB a session in all and not one byte more', () => {
    const define = (...sizes: number[]) =>
      defineBehavior(import.meta.url, {
        state: Object.fromEntries(sizes.map((maxBytes, i) => [`f${i}`, data({ maxBytes })])),
        update() {},
      });
    const most = 1_048_576;
    expect(define(most, most, most, most).layout.columns).toHaveLength(4);
    expect(thrownBy(() => define(most, most, most, most, 1))).toEqual(
      failure('ERR_FIELD_INVALID', 'maxBytes of data fields must be at most 4194304 together: got 4194305'),
    );
  });

  it('works with the largest values there are', async () => {
    const most = 1_048_576;
    const state = { a: data<string>({ maxBytes: most }), b: data<Uint8Array>({ maxBytes: most }) };
    const manager = await startWith({ behavior: defineBehavior(import.meta.url, { state, update() {} }), scheduler: serialScheduler() });
    const [, , last] = manager.createSessionBatch([1, 2, 3]);
    const text = 'é'.repeat(524_285);
    const bytes = new Uint8Array(most - 7).fill(7);
    expect([last.state.a.set(text), last.state.b.set(bytes)]).toEqual([true, true]);
    expect([last.state.a.bytes, last.state.b.bytes]).toEqual([most - 1, most]);
    expect(last.state.a.value === text).toBe(true);
    expect(last.state.b.value?.every((byte) => byte === 7)).toBe(true);
    expect(last.state.a.set(`${text}éé`)).toBe(false);
  });

  it('types what its values are', async () => {
    const manager = await start();
    const { state } = manager.createSession(1);
    expectTypeOf(state.bag.value).toEqualTypeOf<Bag>();
    expectTypeOf(state.note.value).toEqualTypeOf<string | undefined>();
    const mistakes = () => {
      // @ts-expect-error: data fields are not replaced; assign their value
      state.bag = { gold: 1 };
      // @ts-expect-error: a bag has gold and items
      state.bag.set({ gold: 1 });
      // @ts-expect-error: a bag has no silver
      state.bag.edit((bag) => bag.silver);
    };
    expect(mistakes).not.toThrow();
  });
});
