import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { PushOutcome } from '@dormouse/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accounts, startEcho } from './test-manager.js';

const { delivered, full, stale } = PushOutcome;

describe('R-19 pushBatch over many sessions', () => {
  it('goes on behind whoever sleeps, is gone or has no room, in any order of sessions', async () => {
    const manager = await startEcho({ ringBytes: 1024, poolSize: 256 });
    const handles = manager.createSessionBatch(accounts(200));
    // The same order each time, and no neighbours: 77 has no divisor in common with 200.
    const order = handles.map((_, i) => handles[(i * 77) % 200]);
    await manager.updateAllSessions(100);
    const [asleep, gone, crowded] = [order[50], order[100], order[150]];
    asleep.hibernate();
    gone.release();
    while (crowded.push(1, new Uint8Array(250)) === delivered);
    const before = crowded.packetsIn;
    const payloads = Uint8Array.from({ length: 200 * 250 }, (_, i) => i / 250);
    const outcomes = new Uint8Array(200).fill(99);
    expect(manager.pushBatch(order, 7, payloads, 250, outcomes)).toBe(198);
    expect(outcomes).toEqual(Uint8Array.from(order, (handle) => (handle === gone ? stale : handle === crowded ? full : delivered)));
    expect([asleep.status, asleep.packetsIn, crowded.packetsIn]).toEqual(['active', 1, before]);
    const report = await manager.updateAllSessions(100);
    expect(report.packetsIn).toBe(198 + before);
    const heard = new Map<number, number>();
    manager.drainOutbound((account, packet) => {
      if (packet.opcode === 8) heard.set(account, packet.u8(249));
    });
    expect(heard).toEqual(
      new Map([...order.entries()].filter(([i]) => i !== 100 && i !== 150).map(([i, { accountId }]) => [accountId, i])),
    );
  });

  it('lets whoever hears of a waking push a batch of its own, and keeps the order of each session', async () => {
    const manager = await startEcho();
    const handles = manager.createSessionBatch(accounts(3));
    await manager.updateAllSessions(100);
    handles[1].hibernate();
    const answer = (): void => {
      unsubscribe('dormouse:session:woken', answer);
      expect(manager.pushBatch(handles, [20, 21, 22], new Uint8Array([9, 9, 9]), 1)).toBe(3);
    };
    subscribe('dormouse:session:woken', answer);
    onTestFinished(() => void unsubscribe('dormouse:session:woken', answer));
    const outcomes = new Uint8Array(3).fill(99);
    expect(manager.pushBatch(handles, [10, 11, 12], new Uint8Array([1, 2, 3]), 1, outcomes)).toBe(3);
    expect([...outcomes]).toEqual([0, 0, 0]);
    await manager.updateAllSessions(100);
    const heard: unknown[] = [];
    manager.drainOutbound((account, packet) => heard.push([account, packet.opcode - 1, packet.u8(0)]));
    expect(heard.map(String).sort()).toEqual(['1,10,1', '1,20,9', '2,11,2', '2,21,9', '3,12,3', '3,22,9']);
    expect(heard.slice(0, 2)).toEqual([
      [1, 10, 1],
      [1, 20, 9],
    ]);
  });
});
