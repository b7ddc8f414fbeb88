import { defineBehavior, PushOutcome, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { accounts, failure, startEcho, startWith, thrownBy } from './test-manager.js';

describe('R-19 packets, map and group', () => {
  it('a packet goes in by push, is heard in the next tick and its answer comes out', async () => {
    const manager = await startEcho();
    const handle = manager.createSession(1, { mapId: 2 ** 32 - 1, groupId: 8 });
    expect(handle.push(65_534, new Uint8Array([1, 2, 3]))).toBe(PushOutcome.delivered);
    expect(handle.push(1)).toBe(PushOutcome.delivered);
    await manager.updateAllSessions(100);
    const out: unknown[] = [];
    expect(manager.drainOutbound((account, packet) => out.push([account, packet.opcode, [...packet.toBytes()]]))).toBe(2);
    expect(out).toEqual([
      [1, 65_535, [1, 2, 3]],
      [1, 2, []],
    ]);
    const { mapId, groupId, packetsIn, packetsOut, bytesIn, bytesOut } = handle;
    expect([mapId, groupId, packetsIn, packetsOut, bytesIn, bytesOut]).toEqual([2 ** 32 - 1, 8, 2, 2, 3, 3]);
    expect(manager.drainOutbound(() => {})).toBe(0);
  });

  it('map and group change at once between ticks, and the behaviour sees them', async () => {
    const seen: unknown[] = [];
    const watching = defineBehavior(import.meta.url, {
      state: {},
      update: (session) => void seen.push([session.accountId, session.mapId, session.groupId]),
    });
    const manager = await startWith({ behavior: watching, scheduler: serialScheduler() });
    const handle = manager.createSession(2 ** 32 - 1);
    handle.mapId = 0xffff_ffff;
    handle.groupId = 3;
    await manager.updateAllSessions(100);
    expect(seen).toEqual([[2 ** 32 - 1, 0xffff_ffff, 3]]);
  });

  it('idle time counts from the last packet either way, or touch', async () => {
    const manager = await startEcho();
    const handle = manager.createSession(1);
    await manager.updateAllSessions(100);
    expect(handle.idleMs).toBe(100);
    handle.push(1);
    expect(handle.idleMs).toBe(0);
    await manager.updateAllSessions(50);
    expect(handle.idleMs).toBe(50);
    manager.drainOutbound(() => {});
    expect(handle.idleMs).toBe(0);
    await manager.updateAllSessions(70);
    handle.touch();
    expect(handle.idleMs).toBe(0);
  });

  it('a full ring is an outcome: counted as dropped, nothing else changed', async () => {
    const manager = await startEcho({ ringBytes: 1024 });
    const handle = manager.createSession(1);
    const payload = new Uint8Array(300);
    expect([1, 2, 3].map((opcode) => handle.push(opcode, payload))).toEqual([0, 0, PushOutcome.full]);
    expect([handle.packetsIn, handle.bytesIn, handle.dropped]).toEqual([2, 600, 1]);
    const report = await manager.updateAllSessions(100);
    expect(report.packetsIn).toBe(2);
    expect(handle.state.heard).toBe(2);
    expect(handle.push(4, payload)).toBe(PushOutcome.delivered);
  });

  it.each([1024, 16_384, 131_072])(
    'with rings of %d bytes the longest payload fits, a longer one is an error naming the range',
    async (ringBytes) => {
      const manager = await startEcho({ ringBytes, poolSize: 64 });
      const handle = manager.createSession(1);
      const most = Math.min(ringBytes - 260, 65_532);
      expect(handle.push(1, new Uint8Array(most))).toBe(PushOutcome.delivered);
      expect(thrownBy(() => handle.push(9, new Uint8Array(most + 1)))).toEqual(
        failure('ERR_PACKET_TOO_LARGE', `a payload must be 0…${most} bytes with ringBytes ${ringBytes}: got ${most + 1} (opcode 9)`),
      );
      await manager.updateAllSessions(100);
      expect(manager.drainOutbound((_, packet) => expect(packet.length).toBe(most))).toBe(1);
    },
  );

  it.each([
    [-1, '-1'],
    [65_536, '65536'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    ['1', '"1"'],
  ])('opcode %s is refused, naming the range', async (opcode, shown) => {
    const manager = await startEcho();
    const handle = manager.createSession(1);
    expect(thrownBy(() => handle.push(opcode as number))).toEqual(
      failure('ERR_INVALID_ARGUMENT', `opcode must be an integer 0…65535: got ${shown}`),
    );
    expect(handle.packetsIn).toBe(0);
  });

  it.each(['text', [1, 2], new ArrayBuffer(4), new Uint16Array(2), null])('a payload that is no Uint8Array is refused', async (payload) => {
    const handle = (await startEcho()).createSession(1);
    expect(thrownBy(() => handle.push(1, payload as never))).toEqual(
      failure('ERR_INVALID_ARGUMENT', /^payload must be a Uint8Array: got /),
    );
  });
});

describe('R-19 pushBatch', () => {
  const heardBy = (manager: Awaited<ReturnType<typeof startEcho>>) => {
    const heard: unknown[] = [];
    manager.drainOutbound((account, packet) => heard.push([account, packet.opcode - 1, [...packet.toBytes()]]));
    return heard;
  };

  it('takes one opcode and one length for all', async () => {
    const manager = await startEcho();
    const handles = manager.createSessionBatch(accounts(3));
    expect(manager.pushBatch(handles, 7, new Uint8Array([1, 2, 3, 4, 5, 6]), 2)).toBe(3);
    await manager.updateAllSessions(100);
    expect(heardBy(manager)).toEqual([
      [1, 7, [1, 2]],
      [2, 7, [3, 4]],
      [3, 7, [5, 6]],
    ]);
  });

  it('takes an opcode and a length for each, and the same handle more than once', async () => {
    const manager = await startEcho();
    const [a, b] = manager.createSessionBatch(accounts(2));
    const outcomes = new Uint8Array(4).fill(99);
    const pushed = manager.pushBatch([a, b, a], new Uint16Array([5, 6, 7]), new Uint8Array([1, 2, 3, 9]), [0, 1, 2], outcomes);
    expect([pushed, [...outcomes]]).toEqual([3, [0, 0, 0, 99]]);
    await manager.updateAllSessions(100);
    expect(heardBy(manager)).toEqual([
      [1, 5, []],
      [1, 7, [2, 3]],
      [2, 6, [1]],
    ]);
  });

  it('tells each packet’s outcome: delivered, full, stale', async () => {
    const manager = await startEcho({ ringBytes: 1024 });
    const [a, gone] = manager.createSessionBatch(accounts(2));
    gone.release();
    const outcomes = new Uint8Array(5);
    expect(manager.pushBatch([a, gone, a, a, gone], 1, new Uint8Array(1500), 300, outcomes)).toBe(2);
    expect([...outcomes]).toEqual([0, 3, 0, 2, 3]);
    expect(a.dropped).toBe(1);
  });

  it('checks everything before it pushes anything', async () => {
    const manager = await startEcho();
    const other = await startEcho();
    const foreign = other.createSession(9);
    const handles = manager.createSessionBatch(accounts(3));
    const bytes = new Uint8Array(12);
    const push = manager.pushBatch.bind(manager) as (...args: unknown[]) => number;
    const bad: [unknown[], ReturnType<typeof failure>][] = [
      [[handles, 1, bytes, 5], failure('ERR_INVALID_ARGUMENT', 'payloads must hold 15 bytes for 3 packets: got 12')],
      [[handles, [1, 2, 65_536], bytes, 4], failure('ERR_INVALID_ARGUMENT', 'opcode[2] must be an integer 0…65535: got 65536')],
      [[handles, -1, bytes, 4], failure('ERR_INVALID_ARGUMENT', 'opcode must be an integer 0…65535: got -1')],
      [[handles, [1, 2], bytes, 4], failure('ERR_INVALID_ARGUMENT', 'opcode must be one number or 3: got 2')],
      [[handles, 1, bytes, [4, 4]], failure('ERR_INVALID_ARGUMENT', 'payloadBytes must be one number or 3: got 2')],
      [[handles, 1, bytes, [4, 4, -1]], failure('ERR_PACKET_TOO_LARGE', /got -1 \(opcode 1\)$/)],
      [[handles, 1, bytes, Number.NaN], failure('ERR_PACKET_TOO_LARGE', /got NaN \(opcode 1\)$/)],
      [[handles, 1, bytes, 1.5], failure('ERR_PACKET_TOO_LARGE')],
      [[handles, 1, 'bytes', 4], failure('ERR_INVALID_ARGUMENT', 'payloads must be a Uint8Array: got "bytes"')],
      [[handles, 1, bytes, 4, new Uint8Array(2)], failure('ERR_INVALID_ARGUMENT', /^outcomes must be a Uint8Array of at least 3/)],
      [[handles, 1, bytes, 4, [0, 0, 0]], failure('ERR_INVALID_ARGUMENT', /^outcomes must be a Uint8Array of at least 3/)],
      [[[handles[0], handles[1], {}], 1, bytes, 4], failure('ERR_INVALID_ARGUMENT', 'expected a session handle: got an object (Object)')],
      [[[handles[0], null], 1, bytes, 4], failure('ERR_INVALID_ARGUMENT', 'expected a session handle: got null')],
      [
        [[handles[0], foreign], 1, bytes, 4],
        failure('ERR_INVALID_ARGUMENT', `session 9#${foreign.incarnation} belongs to another manager`),
      ],
      [[undefined, 1, bytes, 4], failure('ERR_INVALID_ARGUMENT', 'expected an array: got undefined')],
    ];
    for (const [args, refusal] of bad) expect(thrownBy(() => push(...args))).toEqual(refusal);
    expect(handles.map(({ packetsIn }) => packetsIn)).toEqual([0, 0, 0]);
    expect(foreign.packetsIn).toBe(0);
  });

  it('of no handles pushes nothing', async () => {
    const manager = await startEcho();
    expect(manager.pushBatch([], 1, new Uint8Array(0), 0)).toBe(0);
  });
});

describe('R-19 outbound rings', () => {
  it('a session that finds its ring full is told, and what it could not send counts as dropped', async () => {
    const chatty = defineBehavior(import.meta.url, {
      state: { sent: u32() },
      update(session) {
        for (let i = 0; i < 5; i++) if (session.send(i, new Uint8Array(300))) session.state.sent += 1;
      },
    });
    const manager = await startWith({ behavior: chatty, scheduler: serialScheduler(), ringBytes: 1024 });
    const handle = manager.createSession(1);
    await manager.updateAllSessions(100);
    expect([handle.state.sent, handle.dropped, handle.packetsOut]).toEqual([2, 3, 0]);
    expect(manager.drainOutbound(() => {})).toBe(2);
    expect(handle.packetsOut).toBe(2);
  });
});
