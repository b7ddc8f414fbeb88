import { type DormouseError, PushOutcome } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { accounts, failure } from '../manager/test-manager.js';
import { Disk } from './disk-fixture.js';
import { type Doing, startKeeper, turn } from './durable-fixture.js';

describe('what handles are told while a manager writes all there is before it stops', () => {
  it('is refused, and what they were told before is in the store', async () => {
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk);
    const [one, two, three, four, five] = manager.createSessionBatch(accounts(100));
    five.hibernate();
    expect(one.push(5, new Uint8Array(3))).toBe(PushOutcome.delivered);
    two.state.value = 77;
    three.mapId = 9;
    store.turns = 3;
    const stopped = manager.shutdown();
    for (let i = 0; i < 6; i++) await turn();
    expect(store.batches.length).toBeGreaterThan(0);
    expect(disk.records.size).toBeLessThan(100);
    const stale = failure('ERR_SESSION_STALE');
    expect(one.push(5, new Uint8Array(3))).toBe(PushOutcome.stale);
    expect(() => {
      two.state.value = 78;
    }).toThrow(stale);
    expect(() => {
      three.mapId = 10;
    }).toThrow(stale);
    expect([four.release(), four.hibernate(), five.wake()]).toEqual([false, false, false]);
    await stopped;
    const { manager: again } = await startKeeper(disk, {}, { resume: true });
    expect(again.resumed).toMatchObject({ active: 99, asleep: 1 });
    expect([again.getSession(1)?.packetsIn, again.getSession(2)?.state.value, again.getSession(3)?.mapId]).toEqual([1, 77, 9]);
  });

  it('is done if they were told it while the last tick was in flight', async () => {
    const disk = new Disk();
    const outcomes: unknown[] = [];
    const doing: Doing = {};
    const { manager } = await startKeeper(disk, doing);
    const handle = manager.createSession(1);
    doing.update = () => {
      void manager.shutdown();
      outcomes.push(handle.push(5, new Uint8Array(3)));
      handle.mapId = 4;
    };
    await manager.updateAllSessions(1).catch((error: DormouseError) => outcomes.push(error));
    await manager.shutdown();
    expect(outcomes).toEqual([PushOutcome.queued]);
    const { manager: again } = await startKeeper(disk, {}, { resume: true });
    expect([again.getSession(1)?.packetsIn, again.getSession(1)?.mapId]).toEqual([1, 4]);
  });
});
