import {
  type AnyBehavior,
  bigint64,
  bool,
  type CreateOptions,
  defineBehavior,
  type FieldArray,
  f32,
  type InitOf,
  type Peer,
  type PublishedOf,
  type ReadonlyFieldArray,
  type Session,
  type SessionHandle,
  SessionManager,
  text,
  u32,
} from '@dormouse/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';

const walker = defineBehavior(import.meta.url, {
  name: 'walker',
  state: { x: f32(), steps: u32(), tired: bool(), gold: bigint64(), name: text(16), path: f32({ length: 4 }) },
  create(session, init: { home: number } | undefined) {
    expectTypeOf(session.state.x).toEqualTypeOf<number>();
    session.state.x = init?.home ?? 0;
  },
  update(session, diffMs) {
    expectTypeOf(diffMs).toEqualTypeOf<number>();
    expectTypeOf(session.state.gold).toEqualTypeOf<bigint>();
    session.state.steps += 1;
  },
});

const fish = defineBehavior(import.meta.url, {
  name: 'fish',
  state: { depth: f32() },
  updateBatch(batch) {
    expectTypeOf(batch.at).toEqualTypeOf<{ readonly depth: number }>();
    expectTypeOf(batch.session(batch.begin).state.depth).toEqualTypeOf<number>();
  },
});

const bird = defineBehavior(import.meta.url, {
  name: 'bird',
  state: {
    height: f32({ published: true, initial: 2 }),
    home: bigint64({ published: true }),
    awake: bool({ published: true }),
    song: text(8, { published: true }),
    flight: f32({ length: 3, published: true }),
    years: bigint64({ length: 2, published: true }),
    age: u32({ published: false }),
  },
  update() {},
});

describe('types', () => {
  it('of state flow from the behaviour to getSession, createSession and sessions', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    expectTypeOf(manager).toEqualTypeOf<SessionManager<typeof walker>>();
    const handle = manager.createSession(1, { init: { home: 4 } });
    expectTypeOf(handle.state.x).toEqualTypeOf<number>();
    expectTypeOf(handle.state.tired).toEqualTypeOf<boolean>();
    expectTypeOf(handle.state.gold).toEqualTypeOf<bigint>();
    expectTypeOf(handle.state.name).toEqualTypeOf<string>();
    expectTypeOf(handle.state.path).toEqualTypeOf<FieldArray<number>>();
    expectTypeOf(manager.getSession(1)?.state.steps).toEqualTypeOf<number | undefined>();
    for (const session of manager.sessions()) expectTypeOf(session.state.steps).toEqualTypeOf<number>();
    expect(handle.state.x).toBe(4);
  });

  it('refuse fields that are not there and values of another type', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    const { state } = manager.createSession(1);
    // @ts-expect-error: no such field
    expect(state.y).toBeUndefined();
    // @ts-expect-error: a bigint field takes no number
    expect(() => Object.freeze(state.gold === 5)).not.toThrow();
    const assign = () => {
      // @ts-expect-error: array fields are not replaced
      state.path = [1, 2, 3, 4];
      // @ts-expect-error: a text is a string
      state.name = 5;
    };
    expect(assign).toThrow();
  });

  it('of init come from the create hook', async () => {
    expectTypeOf<InitOf<typeof walker>>().toEqualTypeOf<{ home: number }>();
    const options: CreateOptions<typeof walker, InitOf<typeof walker>> = { init: { home: 1 } };
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    expect(manager.createSession(1, options).state.x).toBe(1);
    // @ts-expect-error: init is of another type
    expect(manager.createSession(2, { init: 'home' }).isLive).toBe(true);
  });

  it('of several behaviours are those of any of them', async () => {
    const manager = await SessionManager.start({ behaviors: [walker, fish], scheduler: serialScheduler(), logger: false });
    expectTypeOf(manager).toEqualTypeOf<SessionManager<typeof walker | typeof fish>>();
    const handle = manager.createSession(1, { behavior: fish });
    expectTypeOf(handle.behavior).toEqualTypeOf<typeof walker | typeof fish>();
    const asFish = handle as SessionHandle<AnyBehavior> as SessionHandle<typeof fish>;
    expectTypeOf(asFish.state.depth).toEqualTypeOf<number>();
    expect(asFish.state.depth).toBe(0);
    await manager.shutdown();
  });

  it('of other sessions show what they publish and nothing else, read only', () => {
    type Published = PublishedOf<typeof bird.definition.state>;
    expectTypeOf<Published>().toEqualTypeOf<{
      readonly height: number;
      readonly home: bigint;
      readonly awake: boolean;
      readonly song: string;
      readonly flight: ReadonlyFieldArray<number>;
      readonly years: ReadonlyFieldArray<bigint>;
    }>();
    type Bird = Parameters<NonNullable<typeof bird.definition.update>>[0];
    const ofOwn = (session: Bird) => session.peer(1);
    expectTypeOf(ofOwn).returns.toEqualTypeOf<Peer<typeof bird.definition.state> | null>();
    const peersOf = (session: Session<typeof walker.definition.state>) => [session.peer(1, bird), session.peers(bird)] as const;
    expectTypeOf(peersOf).returns.toEqualTypeOf<
      readonly [Peer<typeof bird.definition.state> | null, Iterable<Peer<typeof bird.definition.state>>]
    >();
    expectTypeOf<PublishedOf<typeof walker.definition.state>>().toEqualTypeOf<Record<never, never>>();
    const write = (peer: Peer<typeof bird.definition.state>) => {
      // @ts-expect-error: read only
      peer.state.height = 5;
      // @ts-expect-error: its elements too
      peer.state.flight.set(0, 1);
      // @ts-expect-error: not published
      return peer.state.age;
    };
    expect(write).toBeTypeOf('function');
    // What is published is set by its own session all the same.
    expectTypeOf<Bird['state']['height']>().toEqualTypeOf<number>();
    expectTypeOf<Bird['state']['flight']>().toEqualTypeOf<FieldArray<number>>();
  });

  it('know a behaviour of no field and of no init', () => {
    const empty = defineBehavior(import.meta.url, { name: 'empty', state: {}, update() {} });
    expectTypeOf<InitOf<typeof empty>>().toEqualTypeOf<unknown>();
    expect(empty.layout.columns).toEqual([]);
  });
});
