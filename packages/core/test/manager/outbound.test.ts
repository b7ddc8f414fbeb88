import { defineBehavior, f64, type Packet, type SessionManager } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { accounts, failure, startWith, thrownBy } from './test-manager.js';

/** Sends two packets an update, and one when it is created. */
const talker = defineBehavior(import.meta.url, {
  name: 'talker',
  state: {},
  create: (session) => void session.send(1),
  update(session) {
    session.send(2);
    session.send(3);
  },
});

type Handler = (accountId: number, packet: Packet) => void;

const start = (onPacket?: Handler) =>
  startWith({ behavior: talker, scheduler: serialScheduler(), sessionCeiling: 1024, ...(onPacket && { onPacket }) });

const drained = (manager: SessionManager<typeof talker>): string[] => {
  const packets: string[] = [];
  manager.drainOutbound((account, packet) => packets.push(`${account}:${packet.opcode}`));
  return packets;
};

describe('R-19 onPacket', () => {
  it('gets every packet when the tick ends, by account id, each session’s in order', async () => {
    const packets: string[] = [];
    const manager = await start((account, packet) => packets.push(`${account}:${packet.opcode}`));
    manager.createSessionBatch([30, 10, 20]);
    expect(packets).toEqual([]);
    const report = await manager.updateAllSessions(100);
    expect(packets).toEqual(['10:1', '10:2', '10:3', '20:1', '20:2', '20:3', '30:1', '30:2', '30:3']);
    expect(report.packetsOut).toBe(9);
  });

  it('that throws rejects the tick, which is complete; its packet is taken and the rest comes next time', async () => {
    const packets: string[] = [];
    const manager = await start((account, packet) => {
      packets.push(`${account}:${packet.opcode}`);
      if (packets.length === 2) throw new Error('handler broke');
    });
    const [handle] = manager.createSessionBatch([1, 2]);
    const error = await manager.updateAllSessions(100).catch((cause) => cause);
    expect(error).toEqual(failure('ERR_PACKET_HANDLER', 'tick 1: onPacket failed: handler broke'));
    expect(error.cause).toEqual(new Error('handler broke'));
    expect([handle.updateCount, handle.packetsOut]).toEqual([1, 2]);
    const report = await manager.updateAllSessions(100);
    expect(packets).toEqual(['1:1', '1:2', '1:3', '1:2', '1:3', '2:1', '2:2', '2:3', '2:2', '2:3']);
    expect(report.packetsOut).toBe(8);
  });

  it('can read and write states; what it asks for is queued and done when the hand-out is', async () => {
    const seen: string[] = [];
    let manager: SessionManager<typeof talker> | undefined;
    manager = await start((account, packet) => {
      if (manager === undefined || packet.opcode !== 2) return;
      seen.push(manager.getSession(account)!.status);
      if (account === 1) manager.releaseSession(1);
      else if (account === 2) manager.createSession(100);
      expect(thrownBy(() => manager?.drainOutbound(() => {}))).toEqual(failure('ERR_TICK_IN_FLIGHT'));
    });
    const handles = manager.createSessionBatch([1, 2]);
    await manager.updateAllSessions(100);
    expect(seen).toEqual(['active', 'active']);
    expect(handles.map(({ isLive }) => isLive)).toEqual([false, true]);
    expect(manager.getSession(100)?.updateCount).toBe(0);
  });
});

describe('R-19 drainOutbound', () => {
  it('takes what is there, packets of create hooks included, once', async () => {
    const manager = await start();
    manager.createSessionBatch([1, 2]);
    expect(drained(manager)).toEqual(['1:1', '2:1']);
    await manager.updateAllSessions(100);
    expect(drained(manager)).toEqual(['1:2', '1:3', '2:2', '2:3']);
    expect(drained(manager)).toEqual([]);
  });

  it('packets wait over several ticks in their rings', async () => {
    const manager = await start();
    manager.createSession(1);
    for (let tick = 0; tick < 3; tick++) await manager.updateAllSessions(100);
    expect(drained(manager)).toEqual(['1:1', '1:2', '1:3', '1:2', '1:3', '1:2', '1:3']);
  });

  it('lets a handler’s error through; its packet is taken, the rest waits', async () => {
    const manager = await start();
    manager.createSessionBatch(accounts(100));
    const error = new Error('broke');
    let calls = 0;
    const broken = () => {
      if (++calls === 40) throw error;
    };
    expect(thrownBy(() => manager.drainOutbound(broken))).toBe(error);
    expect(drained(manager)).toEqual(accounts(60, 41).map((account) => `${account}:1`));
  });

  it('is refused in its own handler, and works again afterwards', async () => {
    const manager = await start();
    manager.createSession(1);
    const handler = () => void manager.drainOutbound(() => {});
    expect(thrownBy(() => manager.drainOutbound(handler))).toEqual(
      failure('ERR_PACKET_HANDLER', 'drainOutbound was called from its own handler'),
    );
    manager.createSession(2);
    expect(drained(manager)).toEqual(['2:1']);
  });

  it('refuses a tick asked for in its handler', async () => {
    const manager = await start();
    manager.createSession(1);
    const ticks: Promise<unknown>[] = [];
    manager.drainOutbound(() => ticks.push(manager.updateAllSessions(100)));
    await expect(ticks[0]).rejects.toEqual(failure('ERR_PACKET_HANDLER'));
    expect(manager.tick.number).toBe(0);
    expect((await manager.updateAllSessions(100)).sessions).toBe(1);
  });

  it('a session released in the handler loses its other packets, and only those', async () => {
    const manager = await start();
    manager.createSessionBatch([1, 2, 3]);
    await manager.updateAllSessions(100);
    const packets: string[] = [];
    manager.drainOutbound((account, packet) => {
      packets.push(`${account}:${packet.opcode}`);
      if (account === 2) manager.releaseSession(2);
    });
    expect(packets).toEqual(['1:1', '1:2', '1:3', '2:1', '3:1', '3:2', '3:3']);
    expect(drained(manager)).toEqual([]);
  });

  it('what sessions created in the handler send comes next time, whatever slots they have got', async () => {
    const manager = await start();
    manager.createSessionBatch([1, 2, 3]);
    manager.releaseSession(1);
    let next = 100;
    const packets: string[] = [];
    const handler: Handler = (account, packet) => {
      packets.push(`${account}:${packet.opcode}`);
      if (next < 103) manager.createSession(next++);
    };
    manager.drainOutbound(handler);
    expect(packets).toEqual(['2:1', '3:1']);
    expect(drained(manager)).toEqual(['100:1', '101:1']);
  });

  it.each([
    ['short', 4, 100],
    ['long', 400, 100],
    ['short', 4, 1],
    ['long', 400, 1],
  ])(
    'what a session sends that takes the row of the one on view comes next time: %s packets of %i bytes, account %i',
    async (_, length, newcomer) => {
      const twice = defineBehavior(import.meta.url, {
        name: 'twice',
        state: {},
        create(session) {
          session.send(1, new Uint8Array(length));
          session.send(2, new Uint8Array(length));
        },
        update() {},
      });
      const manager = await startWith({ behavior: twice, scheduler: serialScheduler() });
      manager.createSessionBatch([1, 2]);
      const packets: string[] = [];
      const handler: Handler = (account, packet) => {
        packets.push(`${account}:${packet.opcode}`);
        if (packets.length > 1) return;
        manager.releaseSession(1);
        manager.createSession(newcomer);
      };
      manager.drainOutbound(handler);
      expect(packets).toEqual(['1:1', '2:1', '2:2']);
      manager.drainOutbound(handler);
      expect(packets.slice(3)).toEqual([`${newcomer}:1`, `${newcomer}:2`]);
    },
  );

  it('a handler that asks for the memory in use is told of the packets handed out before as well', async () => {
    // Too long for a cell: in pages of their own.
    const tellsMuch = defineBehavior(import.meta.url, {
      name: 'tells-much',
      state: {},
      create: (session) => void session.send(1, new Uint8Array(60)),
      update() {},
    });
    const manager = await startWith({ behavior: tellsMuch, scheduler: serialScheduler(), sessionCeiling: 1024 });
    manager.createSessionBatch(accounts(64));
    let told = 0;
    manager.drainOutbound((account) => {
      if (account === 64) told = manager.getMemoryUsage().ringBytes;
    });
    expect(told).toBe(4 * 4096);
    expect(manager.getMemoryUsage().ringBytes).toBe(told);
  });

  it('a handler may empty the block it is in and fill its place with sessions of another behaviour', async () => {
    const make = (name: string, opcode: number) =>
      defineBehavior(import.meta.url, {
        name,
        state: name === 'wide' ? { room: f64({ length: 500 }) } : {},
        create(session) {
          const writer = session.claim(opcode, 4);
          writer?.setU32(0, session.accountId);
        },
        update() {},
      });
    const [narrow, wide] = [make('narrow', 1), make('wide', 2)];
    const manager = await startWith({ behaviors: [narrow, wide], scheduler: serialScheduler(), sessionCeiling: 192, poolSize: 192 });
    // Three blocks of each behaviour do not fit: one of the first three is given up for the last.
    manager.createSessionBatch(accounts(192), { behavior: narrow });
    let moved = 0;
    const packets: string[] = [];
    const handler: Handler = (account, packet) => {
      packets.push(`${account}:${packet.opcode}:${packet.u32(0)}`);
      if (moved++ > 0) return;
      manager.releaseSessionBatch(accounts(192));
      manager.createSessionBatch(accounts(192, 1001), { behavior: wide });
    };
    manager.drainOutbound(handler);
    manager.drainOutbound(handler);
    expect(packets.sort()).toEqual(['1:1:1', ...accounts(192, 1001).map((account) => `${account}:2:${account}`)].sort());
    expect(manager.getActiveSessionCount()).toBe(192);
  });

  it('pushing from the handler is delivered at once', async () => {
    const manager = await start();
    const handle = manager.createSession(1);
    const outcomes: number[] = [];
    manager.drainOutbound(() => outcomes.push(handle.push(5)));
    expect(outcomes).toEqual([0]);
    expect(handle.packetsIn).toBe(1);
  });

  it.each([undefined, null, 'f', {}])('a handler that is no function (%s) is refused', async (handler) => {
    const manager = await start();
    expect(thrownBy(() => manager.drainOutbound(handler as never))).toEqual(
      failure('ERR_INVALID_ARGUMENT', /^handler must be a function: got /),
    );
  });
});
