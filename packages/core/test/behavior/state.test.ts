import { inspect } from 'node:util';
import { bigint64, bool, defineBehavior, f32, f64, i8, i16, i32, text, u8, u16, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { accounts, failure, startWith, thrownBy } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';

const STATE = {
  a: f32({ initial: 1.5 }),
  b: f64({ initial: Math.PI }),
  c: i8({ initial: -128 }),
  d: u8({ initial: 255 }),
  e: i16({ initial: -32_768 }),
  f: u16({ initial: 65_535 }),
  g: i32({ initial: -(2 ** 31) }),
  h: u32({ initial: 2 ** 32 - 1 }),
  i: bigint64({ initial: -(2n ** 63n) }),
  j: bool({ initial: true }),
  k: text(12, { initial: 'grüße' }),
  l: f32({ length: 3, initial: 0.5 }),
  m: bigint64({ length: 2, initial: 7n }),
  n: u32({ hot: true, initial: 9 }),
  o: f64({ hot: true, length: 2, initial: -1 }),
  p: bool({ hot: true }),
};

const INITIAL = {
  a: 1.5,
  b: Math.PI,
  c: -128,
  d: 255,
  e: -32_768,
  f: 65_535,
  g: -(2 ** 31),
  h: 2 ** 32 - 1,
  i: -(2n ** 63n),
  j: true,
  k: 'grüße',
  l: [0.5, 0.5, 0.5],
  m: [7n, 7n],
  n: 9,
  o: [-1, -1],
  p: false,
};

/** Another value for each field, a different one for each session. */
const other = (n: number) => ({
  a: n / 2,
  b: n / 3,
  c: -n,
  d: n,
  e: -n * 100,
  f: n * 100,
  g: -n * 1_000_000,
  h: n * 10_000_000,
  i: BigInt(n) * 10n ** 15n,
  j: n % 2 === 0,
  k: `→${n}`,
  l: [n, n + 0.5, n + 1],
  m: [BigInt(n), -BigInt(n)],
  n: n + 1,
  o: [n / 7, n / 9],
  p: n % 3 === 0,
});

interface Plain {
  [name: string]: unknown;
}

function read(state: object): Plain {
  return Object.fromEntries(
    Object.keys(STATE).map((name) => {
      const value = (state as Plain)[name];
      return [name, typeof value === 'object' ? (value as { toArray(): unknown[] }).toArray() : value];
    }),
  );
}

function write(state: object, values: Plain): void {
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) ((state as Plain)[name] as { assign(values: unknown[]): void }).assign(value);
    else (state as Plain)[name] = value;
  }
}

let inUpdate: (state: object, accountId: number) => void = () => {};
const every = defineBehavior(import.meta.url, {
  name: 'every',
  state: STATE,
  update: ({ state, accountId }) => inUpdate(state, accountId),
});

const start = () => {
  inUpdate = () => {};
  return startWith({ behavior: every, scheduler: serialScheduler(), poolSize: 128 });
};

describe('the state of a session', () => {
  it('starts at each field’s initial value, as its host and as its update see it, also in a reused slot', async () => {
    const manager = await start();
    for (let round = 0; round < 2; round++) {
      const handle = manager.createSession(1);
      expect(read(handle.state)).toEqual(INITIAL);
      const seen: Plain[] = [];
      inUpdate = (state) => seen.push(read(state));
      await manager.updateAllSessions(100);
      expect(seen).toEqual([INITIAL]);
      write(handle.state, other(50));
      handle.release();
    }
  });

  it('keeps what the host wrote and what updates wrote, each session its own, over ticks', async () => {
    const manager = await start();
    const handles = manager.createSessionBatch(accounts(100));
    for (const { state, accountId } of handles) write(state, other(accountId));
    const seen: unknown[] = [];
    inUpdate = (state, accountId) => {
      seen.push(read(state));
      write(state, other(accountId + 20));
    };
    await manager.updateAllSessions(100);
    expect(seen).toEqual(accounts(100).map(other));
    expect(handles.map(({ state }) => read(state))).toEqual(accounts(100, 21).map(other));
    inUpdate = (state, accountId) => expect(read(state)).toEqual(other(accountId + 20));
    expect((await manager.updateAllSessions(100)).faults).toEqual([]);
  });

  it('stores wrap and round as typed arrays do', async () => {
    const { state } = (await start()).createSession(1);
    Object.assign(state, { a: 0.1, c: 200, d: -1, e: 40_000, f: 65_536, g: 2 ** 31, h: -1, i: 2n ** 63n });
    const { a, c, d, e, f, g, h, i } = state;
    expect([a, c, d, e, f, g, h, i]).toEqual([Math.fround(0.1), -56, 255, -25_536, 0, -(2 ** 31), 2 ** 32 - 1, -(2n ** 63n)]);
  });

  it('a text that is too long in bytes is refused and the old one stays', async () => {
    const { state } = (await start()).createSession(1);
    state.k = 'ääääää';
    expect(thrownBy(() => Object.assign(state, { k: 'äääääää' }))).toEqual(
      failure('ERR_TEXT_TOO_LONG', 'state.k must be at most 12 bytes of UTF-8: got 14'),
    );
    expect(thrownBy(() => Object.assign(state, { k: 5 }))).toEqual(failure('ERR_INVALID_ARGUMENT', 'state.k must be a string: got 5'));
    expect(state.k).toBe('ääääää');
    state.k = '';
    expect(state.k).toBe('');
  });

  it('array fields read, write, fill and iterate; indices outside are refused', async () => {
    const { state } = (await start()).createSession(1);
    state.l.set(1, 4);
    expect([...state.l]).toEqual([0.5, 4, 0.5]);
    expect([state.l.length, state.l.get(1)]).toEqual([3, 4]);
    state.l.fill(2);
    state.l.assign([8, 9], 1);
    expect(state.l.toArray()).toEqual([2, 8, 9]);
    for (const index of [-1, 3, 1.5]) {
      expect(thrownBy(() => state.l.get(index))).toEqual(
        failure('ERR_INVALID_ARGUMENT', `index in state.l must be an integer 0…2: got ${index}`),
      );
    }
    expect(thrownBy(() => state.l.assign([1, 2, 3], 1))).toEqual(failure('ERR_INVALID_ARGUMENT'));
  });

  it('is shown by its values: JSON.stringify, inspect, keys', async () => {
    const manager = await startWith({
      behavior: defineBehavior(import.meta.url, {
        name: 'small',
        state: { x: f32(), path: u8({ length: 2 }), name: text(5) },
        update() {},
      }),
      scheduler: serialScheduler(),
    });
    const { state } = manager.createSession(1);
    state.name = 'bo';
    state.path.set(1, 7);
    expect(JSON.stringify(state)).toBe('{"x":0,"path":[0,7],"name":"bo"}');
    expect(inspect(state)).toBe("{ x: 0, path: [ 0, 7 ], name: 'bo' }");
    expect('x' in state).toBe(true);
  });

  it('may be kept: it follows its session, and says when that is gone', async () => {
    const manager = await start();
    const { state } = manager.createSession(1);
    const array = state.l;
    await manager.updateAllSessions(100);
    state.d = 3;
    array.set(0, 9);
    expect([manager.getSession(1)!.state.d, manager.getSession(1)!.state.l.get(0)]).toEqual([3, 9]);
    manager.releaseSession(1);
    manager.createSession(1);
    for (const use of [() => state.d, () => array.get(0), () => Object.assign(state, { d: 1 }), () => JSON.stringify(state)]) {
      expect(thrownBy(use)).toEqual(failure('ERR_SESSION_STALE'));
    }
  });
});
