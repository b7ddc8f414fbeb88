import { SessionManager } from '@dormouse/core';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { ACCOUNT, type Act, acts, bystander, type Handle, makeWorld, type World } from './digest-world.js';
import { accounts, failure, startDeferred, startEcho } from './test-manager.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('the state digest changes', () => {
  /** What the host does to one session. */
  const changes: Record<string, (world: World) => void> = {
    'with a float': ({ subject }) => {
      subject.state.a = 1e-40;
    },
    'with the sign of 0': ({ subject }) => {
      subject.state.b = -0;
    },
    'with the least significant bit of a double': ({ subject }) => {
      subject.state.b = Number.MIN_VALUE;
    },
    'with a byte': ({ subject }) => {
      subject.state.c = -1;
    },
    'with an element of an array': ({ subject }) => subject.state.d.set(4, 1),
    'with a hot field': ({ subject }) => {
      subject.state.e = 1;
    },
    'with the last element of an array of words': ({ subject }) => subject.state.f.set(2, 256),
    'with a hot field of words': ({ subject }) => {
      subject.state.h = 0x8000_0000;
    },
    'with a hot array': ({ subject }) => subject.state.n.set(2, 1),
    'with a bigint': ({ subject }) => {
      subject.state.i = 1n << 62n;
    },
    'with a flag': ({ subject }) => {
      subject.state.j = true;
    },
    'with a text': ({ subject }) => {
      subject.state.k = ' ';
    },
    'with data': ({ subject }) => void subject.state.l.set({ n: 1 }),
    'with a published element': ({ subject }) => subject.state.m.set(1, 5),
    'with the map': ({ subject }) => {
      subject.mapId = 9;
    },
    'with the group': ({ subject }) => {
      subject.groupId = 9;
    },
    'with a packet that waits': ({ subject }) => void subject.push(1),
    'when a session is released': ({ manager }) => void manager.releaseSession(ACCOUNT),
    'when a session is created': ({ manager }) => void manager.createSession(999),
    'when another session follows the account': ({ manager }) => {
      manager.releaseSession(ACCOUNT);
      manager.createSession(ACCOUNT, { behavior: bystander });
    },
  };

  it.each(Object.entries(changes))('%s', async (_, change) => {
    const world = await makeWorld();
    const before = world.manager.stateDigest();
    expect(world.manager.stateDigest()).toBe(before);
    change(world);
    expect(world.manager.stateDigest()).not.toBe(before);
  });

  /** What the session does itself, in an update that leaves it as it was otherwise. */
  const deeds: Record<string, Act> = {
    'with a random number drawn': (session) => void session.random(),
    'with a timer': (session) => session.after(5000, 1),
    'with the time it is due': (session) => session.after(5001, 1),
    'with its id': (session) => session.after(5000, 2),
    'with two timers of one time': (session) => [1, 2].map((id) => session.after(5000, id)),
    'with a period': (session) => void session.every(5000),
    'with a waking time': (session) => session.wakeAt(5100),
    'with a request': (session) => void session.ask('nobody'),
    'with a message to itself': (session) => void session.sendTo(ACCOUNT, 1),
    'with its opcode': (session) => void session.sendTo(ACCOUNT, 2),
    'with a message to another': (session) => void session.sendTo(ACCOUNT + 1, 1),
    'with its payload': (session) => void session.sendTo(ACCOUNT + 1, 1, bytes(0)),
    'with a packet that nobody has taken': (session) => void session.send(1),
    'with a fault': () => {
      throw new Error('on purpose');
    },
    'with a value that was refused': (session) => void session.state.l.set({ n: 1, list: Array.from({ length: 600 }, () => 1) }),
  };

  it('with everything a session does, to another digest each', async () => {
    const digests = new Map<string, string>();
    for (const [name, deed] of [['nothing', () => {}] as const, ...Object.entries(deeds)]) {
      const world = await makeWorld();
      await world.tick(deed);
      digests.set(world.manager.stateDigest(), name);
    }
    expect([...digests.values()]).toEqual(['nothing', ...Object.keys(deeds)]);
  });

  it('with the order of packets, and of messages', async () => {
    const digestOf = async (opcodes: readonly number[], isMail: boolean): Promise<string> => {
      const world = await makeWorld();
      if (!isMail) for (const opcode of opcodes) world.subject.push(opcode);
      else await world.tick((session) => opcodes.map((opcode) => session.sendTo(ACCOUNT, opcode)));
      return world.manager.stateDigest();
    };
    for (const isMail of [false, true]) expect(await digestOf([1, 2], isMail)).not.toBe(await digestOf([2, 1], isMail));
  });

  it('when a session is quarantined, and when it is revived', async () => {
    const world = await makeWorld();
    const seen = new Set<string>();
    for (let fault = 0; fault < 3; fault++) {
      await world.tick(() => {
        throw new Error('on purpose');
      });
      seen.add(world.manager.stateDigest());
    }
    world.manager.reviveSession(ACCOUNT);
    seen.add(world.manager.stateDigest());
    expect(seen.size).toBe(4);
  });
});

describe('the state digest does not change', () => {
  it('with slots, order of creation, batches, or who was there before', async () => {
    const digestOf = async (options: Parameters<typeof makeWorld>[0]): Promise<string> => {
      const { manager, tick } = await makeWorld(options);
      for (const accountId of accounts(60)) {
        acts.set(accountId, (session) => {
          session.state.a = session.random();
          session.after(accountId, accountId);
          session.sendTo(61 - accountId, 5, bytes(accountId));
          session.state.l.set({ n: accountId });
        });
      }
      await tick();
      return manager.stateDigest();
    };
    const plain = await digestOf({});
    expect(await digestOf({ reversed: true })).toBe(plain);
    expect(await digestOf({ crowd: 100 })).toBe(plain);
    expect(await digestOf({ updateBatchSize: 1, crowd: 7, reversed: true })).toBe(plain);
  });

  it('with what is left of longer texts and data, of packets and messages read, of timers that are over', async () => {
    const plain = await makeWorld();
    const used = await makeWorld();
    const end = (world: World): Promise<void> =>
      world.tick((session) => {
        session.state.k = 'ab';
        session.state.l.set({ n: 1 });
        for (const id of [1, 2, 3]) session.after(900 - id, id);
        session.sendTo(ACCOUNT, 1, bytes(1, 2, 3));
        session.sendTo(ACCOUNT, 2);
      });
    used.subject.push(7, bytes(1, 2, 3));
    await used.tick((session) => {
      while (session.receive() !== null);
      session.state.k = 'abcdefghijklmnop';
      session.state.l.set({ n: 1, list: Array.from({ length: 100 }, () => 7) });
      for (const id of [5, 3, 1, 6, 2, 7]) session.after(0, id);
      while (session.takeDue() !== null);
      session.after(50, 3);
      session.after(60, 9);
      session.cancel(9);
      session.sendTo(ACCOUNT, 9, bytes(9, 9, 9, 9, 9));
    });
    await plain.tick(() => {});
    await used.tick((session) => {
      while (session.receiveMessage() !== null);
      session.cancel(3);
    });
    await plain.tick(() => {});
    await end(plain);
    await end(used);
    // The last packet either way is state, and was later in one of them.
    for (const world of [plain, used]) world.subject.touch();
    expect(used.manager.stateDigest()).toBe(plain.manager.stateDigest());
  });

  it('when something is changed and changed back', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.double(), fc.string({ maxLength: 5 }), async (accountId, number, string) => {
        const { manager } = await makeWorld();
        const { state } = manager.getSession(accountId) as Handle;
        const before = manager.stateDigest();
        const old = { b: state.b, k: state.k, first: state.m.get(0) };
        state.b = number;
        state.k = string;
        state.m.set(0, number);
        const isSame = Object.is(number, old.b) && string === old.k && Object.is(number, old.first);
        expect(manager.stateDigest() === before).toBe(isSame);
        state.b = old.b;
        state.k = old.k;
        state.m.set(0, old.first);
        expect(manager.stateDigest()).toBe(before);
        await manager.shutdown();
      }),
      { numRuns: 20 },
    ));

  it('by being asked for, nor does anything else', async () => {
    const world = await makeWorld();
    const other = await makeWorld();
    for (let tick = 0; tick < 5; tick++) {
      world.manager.stateDigest();
      await world.tick((session) => void session.random());
      await other.tick((session) => void session.random());
    }
    expect(world.manager.stateDigest()).toBe(other.manager.stateDigest());
    expect(world.manager.getTotalMemoryUsage()).toBe(other.manager.getTotalMemoryUsage());
  });
});

it('asked for by a packet’s handler, the state digest takes packets that were handed over as gone', async () => {
  const world = await makeWorld();
  await world.tick((session) => void session.send(1));
  const digests: string[] = [];
  const taken = world.manager.drainOutbound(() => void digests.push(world.manager.stateDigest()));
  world.subject.touch();
  expect([taken, digests]).toEqual([1, [world.manager.stateDigest()]]);
});

describe('stateDigest()', () => {
  it('is 16 hexadecimal digits; 0 of nobody, of a disabled manager and of one that was shut down', async () => {
    const manager = await startEcho();
    expect(manager.stateDigest()).toBe('0000000000000000');
    manager.createSession(1);
    expect(manager.stateDigest()).toMatch(/^[0-9a-f]{16}$/);
    await manager.shutdown();
    expect(manager.stateDigest()).toBe('0000000000000000');
    const disabled = await SessionManager.start({ behavior: bystander, scheduler: serialScheduler(), enabled: false, logger: false });
    onTestFinished(() => disabled.shutdown());
    expect(disabled.stateDigest()).toBe('0000000000000000');
  });

  it('is refused while sessions are updated', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSession(1);
    const tick = manager.updateAllSessions(100);
    expect(() => manager.stateDigest()).toThrow(
      failure('ERR_TICK_IN_FLIGHT', 'tick 1 is in flight: the state digest cannot be taken until it has ended'),
    );
    scheduler.open();
    await tick;
    expect(manager.stateDigest()).toMatch(/^[0-9a-f]{16}$/);
  });
});
