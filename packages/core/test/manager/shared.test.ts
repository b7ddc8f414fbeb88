import { defineBehavior, SessionManager, type Shareable, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { inUpdate, walker } from './looking-behavior.js';
import { failure, startWith, thrownBy } from './test-manager.js';

/** What a session of a new manager gets for `source`, given at start or later. */
async function given(source: Shareable, how: 'option' | 'call' = 'option'): Promise<ArrayBufferView> {
  const manager = await startWith({ behavior: walker, scheduler: serialScheduler(), ...(how === 'option' && { shared: { it: source } }) });
  manager.createSession(1);
  if (how === 'call') manager.shared('it', source);
  let view: ArrayBufferView | undefined;
  await inUpdate(manager, (session) => {
    view = session.shared('it');
  });
  return view as ArrayBufferView;
}

describe('what is shared', () => {
  it.each(['option', 'call'] as const)('by %s is a view of the type given, on shared memory', async (how) => {
    const numbers = [1, 2, 3];
    for (const source of [Uint8Array.of(...numbers), Float32Array.of(...numbers), Int16Array.of(...numbers), BigInt64Array.of(1n, 2n)]) {
      const view = await given(source, how);
      expect(view).toEqual(source);
      expect([view.constructor, view.buffer instanceof SharedArrayBuffer]).toEqual([source.constructor, true]);
    }
  });

  it('is a part of an array where a part is given, and bytes where a buffer is', async () => {
    const source = Uint16Array.of(1, 2, 3, 4);
    expect(await given(source.subarray(1, 3))).toEqual(Uint16Array.of(2, 3));
    expect(await given(source.buffer)).toEqual(new Uint8Array(source.buffer, 0, 8));
    const view = (await given(new DataView(source.buffer, 2, 4))) as DataView;
    expect([view.byteLength, view.getUint16(0, true), view.getUint16(2, true)]).toEqual([4, 2, 3]);
    const bytes = await given(Buffer.from('navmesh'));
    expect([bytes.constructor, Buffer.from(bytes as Uint8Array).toString()]).toEqual([Uint8Array, 'navmesh']);
  });

  it('is the memory given where that is shared already, and a copy where it is not', async () => {
    const memory = new SharedArrayBuffer(16, { maxByteLength: 32 });
    const onShared = (await given(new Uint32Array(memory, 4, 2))) as Uint32Array;
    expect([onShared.buffer, onShared.byteOffset, onShared.length]).toEqual([memory, 4, 2]);
    const whole = (await given(memory)) as Uint8Array;
    memory.grow(32);
    expect([whole.buffer, whole.length]).toEqual([memory, 16]);
    const source = Uint8Array.of(1, 2);
    const copy = await given(source);
    source[0] = 9;
    expect(copy).toEqual(Uint8Array.of(1, 2));
  });

  it('is the same object at each call, for all sessions of a thread', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler(), shared: { map: new Float32Array(4) } });
    for (const id of [1, 2]) manager.createSession(id);
    const views = new Set<unknown>();
    for (let tick = 0; tick < 2; tick++) await inUpdate(manager, (session) => views.add(session.shared('map')));
    expect(views.size).toBe(1);
  });

  it('can be replaced between ticks at once, and in a tick when that has ended', async () => {
    const scheduler = deferredScheduler();
    const manager = await startWith({ behavior: walker, scheduler, shared: { level: Uint8Array.of(1) } });
    manager.createSession(1);
    manager.shared('level', Uint8Array.of(2));
    const seen: unknown[] = [];
    const look = () => inUpdate(manager, (session) => seen.push(session.shared<Uint8Array>('level')[0]));
    const first = look();
    const source = Uint8Array.of(3);
    manager.shared('level', source);
    source[0] = 4;
    scheduler.open();
    await first;
    const second = look();
    scheduler.open();
    await second;
    // What was given was copied at the call, and seen from the next tick on.
    expect(seen).toEqual([2, 3]);
  });

  it('is an error where it is not known, which names what is', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    manager.createSession(1);
    await inUpdate(manager, (session) => {
      const nothing = '"map" is not shared with the sessions: nothing is (option shared, manager.shared)';
      expect(thrownBy(() => session.shared('map'))).toEqual(failure('ERR_SHARED_UNKNOWN', nothing));
    });
    manager.shared('roads', new Uint8Array(1));
    manager.shared('rivers', new Uint8Array(1));
    await inUpdate(manager, (session) => {
      const others = '"map" is not shared with the sessions: known are roads, rivers (option shared, manager.shared)';
      expect(thrownBy(() => session.shared('map'))).toEqual(failure('ERR_SHARED_UNKNOWN', others));
    });
  });

  it('is refused unless it is a buffer or a view of one, by a name', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    for (const source of [undefined, null, 5, 'text', [1, 2], {}]) {
      const message = /^shared "map" must be a typed array, a DataView or a buffer: got /;
      expect(thrownBy(() => manager.shared('map', source as never))).toEqual(failure('ERR_INVALID_ARGUMENT', message));
      const options = { behavior: walker, scheduler: serialScheduler(), shared: { map: source as never } };
      await expect(SessionManager.start(options)).rejects.toEqual(failure('ERR_CONFIG_INVALID', message));
    }
    for (const name of ['', 5, undefined]) {
      expect(thrownBy(() => manager.shared(name as never, new Uint8Array(1)))).toEqual(failure('ERR_INVALID_ARGUMENT', /must have a name/));
    }
    for (const shared of [null, 5, [new Uint8Array(1)]]) {
      const options = { behavior: walker, scheduler: serialScheduler(), shared: shared as never };
      await expect(SessionManager.start(options)).rejects.toEqual(
        failure('ERR_CONFIG_INVALID', /shared must be an object of buffers by name/),
      );
    }
  });

  it('is there in hooks', async () => {
    const loaded = defineBehavior(import.meta.url, {
      name: 'loaded',
      state: { ground: u32() },
      create(session) {
        session.state.ground = session.shared<Uint32Array>('ground')[0];
      },
      update() {},
    });
    const manager = await startWith({ behavior: loaded, scheduler: serialScheduler(), shared: { ground: Uint32Array.of(77) } });
    expect(manager.createSession(1).state.ground).toBe(77);
  });
});

describe('setup', () => {
  it('gets what the manager was started with, to make of it what all sessions of the thread use', async () => {
    let navmesh: number[] = [];
    const navigator = defineBehavior(import.meta.url, {
      name: 'navigator',
      state: { next: u32() },
      setup({ shared }) {
        navmesh = [...shared<Uint8Array>('navmesh')];
      },
      update(session) {
        session.state.next = navmesh[session.accountId];
      },
    });
    const shared = { navmesh: Uint8Array.of(5, 6, 7) };
    const manager = await startWith({ behavior: navigator, scheduler: serialScheduler(), shared });
    const handle = manager.createSession(2);
    await manager.updateAllSessions(100);
    expect(handle.state.next).toBe(7);
    // Once a thread: a second manager's is not set up with.
    await startWith({ behavior: navigator, scheduler: serialScheduler(), shared: { navmesh: Uint8Array.of(1) } });
    expect(navmesh).toEqual([5, 6, 7]);
  });

  it('that asks for what is not shared fails the start, by name', async () => {
    const lost = defineBehavior(import.meta.url, { name: 'lost', state: {}, setup: ({ shared }) => void shared('navmesh'), update() {} });
    await expect(SessionManager.start({ behavior: lost, scheduler: serialScheduler(), logger: false })).rejects.toEqual(
      failure('ERR_START_FAILED', /setup of behaviour lost failed: "navmesh" is not shared with the sessions: nothing is/),
    );
  });
});
