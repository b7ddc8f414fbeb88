import { describe, expect, it } from 'vitest';
import { accounts, failure, startDeferred, startEcho } from './test-manager.js';

const OUT_OF_RANGE: [unknown, string][] = [
  [0, '0'],
  [257, '257'],
  [300, '300'],
  [-1, '-1'],
  [1.5, '1.5'],
  [Number.NaN, 'NaN'],
  ['64', '"64"'],
  [null, 'null'],
];

describe('R-07 batch size', () => {
  it.each(OUT_OF_RANGE)('%s is refused at start, naming the range', async (size, shown) => {
    await expect(startEcho({ updateBatchSize: size as number })).rejects.toEqual(
      failure('ERR_CONFIG_INVALID', `updateBatchSize must be an integer 1…256: got ${shown}`),
    );
  });

  it.each(OUT_OF_RANGE)('%s is refused at run time, naming the range, and the old size stays', async (size, shown) => {
    const manager = await startEcho({ updateBatchSize: 32 });
    expect(() => manager.setUpdateBatchSize(size as number)).toThrow(
      failure('ERR_CONFIG_INVALID', `updateBatchSize must be an integer 1…256: got ${shown}`),
    );
    expect(manager.config.updateBatchSize).toBe(32);
  });

  it('is 64 by default, and each tick has as many batches as blocks of sessions need', async () => {
    const manager = await startEcho();
    manager.createSessionBatch(accounts(200));
    expect(manager.config.updateBatchSize).toBe(64);
    expect((await manager.updateAllSessions(100)).batches).toBe(4);
    for (const [size, batches] of [
      [1, 256],
      [7, 37],
      [64, 4],
      [100, 3],
      [256, 1],
    ]) {
      manager.setUpdateBatchSize(size);
      expect(manager.config.updateBatchSize).toBe(size);
      expect((await manager.updateAllSessions(100)).batches).toBe(batches);
    }
    for (const handle of manager.sessions()) expect(handle.state.updates).toBe(6);
  });

  it('set while a tick is in flight it leaves that tick’s batches as they are', async () => {
    const { manager, scheduler } = await startDeferred();
    const handles = manager.createSessionBatch(accounts(128));
    const ticking = manager.updateAllSessions(100);
    manager.setUpdateBatchSize(16);
    scheduler.open();
    expect((await ticking).batches).toBe(2);
    const next = manager.updateAllSessions(100);
    scheduler.open();
    expect((await next).batches).toBe(8);
    expect(handles.every((handle) => handle.state.updates === 2)).toBe(true);
  });
});
