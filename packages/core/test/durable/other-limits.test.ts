import { describe, expect, it } from 'vitest';
import { accounts, failure } from '../manager/test-manager.js';
import { Disk } from './disk-fixture.js';
import { startKeeper } from './durable-fixture.js';

describe('a manager that is started with other limits than the one before', () => {
  it('adopts all that have come back in one batch, however few sessions there may be now', async () => {
    const disk = new Disk();
    const { manager } = await startKeeper(disk);
    manager.createSessionBatch(accounts(20));
    await manager.shutdown();
    const { manager: again } = await startKeeper(disk, {}, { resume: true, maxConcurrentSessions: 10 });
    expect(again.resumed).toMatchObject({ active: 20 });
    const handles = again.createSessionBatch(accounts(20), { adopt: true });
    expect(handles.map(({ accountId, status }) => [accountId, status])).toEqual(accounts(20).map((id) => [id, 'active']));
    expect(() => again.createSessionBatch(accounts(21), { adopt: true })).toThrow(
      failure('ERR_SESSION_LIMIT', /there are 20, asked for 1 more/),
    );
  });

  it.each([
    [4096, 1024, 20],
    [4096, 1024, 60],
    [1024, 4096, 60],
  ])('has unread packets in rings of another size: %i → %i bytes, %i packets', async (from, to, count) => {
    const disk = new Disk();
    const { manager } = await startKeeper(disk, {}, { ringBytes: from });
    const handle = manager.createSession(1);
    for (let i = 0; i < count; i++) expect(handle.push(5, new Uint8Array(8))).toBe(0);
    await manager.shutdown();
    const { manager: again } = await startKeeper(disk, {}, { resume: true, ringBytes: to });
    expect(again.resumed).toMatchObject({ active: 1, refused: 0 });
    expect(again.getSession(1)?.packetsIn).toBe(count);
  });

  it('refuses by name whose packets have no room, and has it back with rings as before', async () => {
    const disk = new Disk();
    const { manager } = await startKeeper(disk, {}, { ringBytes: 4096 });
    const handle = manager.createSession(1);
    for (let i = 0; i < 100; i++) handle.push(5, new Uint8Array(8));
    await manager.shutdown();
    const { manager: small } = await startKeeper(disk, {}, { resume: true, ringBytes: 1024 });
    expect(small.resumed?.refusals).toEqual([
      { accountId: 1, code: 'ERR_RECORD_SHAPE', message: expect.stringMatching(/1024 bytes of a ring \(ringBytes\)$/) },
    ]);
    await small.shutdown();
    const { manager: again } = await startKeeper(disk, {}, { resume: true, ringBytes: 4096 });
    expect([again.resumed?.active, again.getSession(1)?.packetsIn]).toEqual([1, 100]);
  });
});
