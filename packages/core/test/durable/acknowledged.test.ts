import { describe, expect, it } from 'vitest';
import { Disk } from './disk-fixture.js';
import { startKeeper } from './durable-fixture.js';

describe('what a checkpoint has acknowledged comes back', () => {
  it('with all its updates where a session has failed anew in each, and is in quarantine again', async () => {
    const disk = new Disk();
    const doing = {
      update: () => {
        throw new Error('out of order');
      },
    };
    const settings = { quarantineAfter: 1 };
    const { manager, store } = await startKeeper(disk, doing, settings);
    const handle = manager.createSession(1);
    await manager.updateAllSessions(1);
    await manager.checkpoint();
    for (let tries = 0; tries < 5; tries++) {
      manager.reviveSession(1);
      await manager.updateAllSessions(1);
    }
    expect([handle.status, handle.updateCount]).toEqual(['quarantined', 6]);
    expect(await manager.checkpoint()).toMatchObject({ written: 1 });
    expect(await manager.checkpoint()).toMatchObject({ written: 0 });
    const digest = manager.stateDigest();
    store.kill();
    const { manager: next } = await startKeeper(disk, doing, { ...settings, resume: true });
    expect([next.getSession(1)?.updateCount, next.stateDigest()]).toEqual([6, digest]);
  });
});
