import { afterEach, describe, expect, it, vi } from 'vitest';
import { startEcho } from '../manager/test-manager.js';

afterEach(() => vi.restoreAllMocks());

/** Some packets, then silence until some have fallen asleep. */
async function play(enableSimd: boolean) {
  const warn = vi.fn();
  const manager = await startEcho({ enableSimd, logger: { debug() {}, info() {}, warn, error() {} } });
  const handles = manager.createSessionBatch(Array.from({ length: 200 }, (_, rank) => rank + 1));
  for (const [rank, handle] of handles.entries()) for (let count = 0; count < rank % 7; count++) handle.push(1, new Uint8Array(rank));
  await manager.updateAllSessions(100);
  const { traffic, quarantinedSessions } = manager.getGlobalMetrics();
  await manager.updateAllSessions(200_000);
  for (const handle of handles.slice(0, 20)) handle.push(1, new Uint8Array(4));
  await manager.updateAllSessions(200_000);
  const asleep = manager.getHibernatedSessionCount();
  const digest = manager.stateDigest();
  const active = manager.getMostActiveAccounts(3);
  await manager.shutdown();
  return { warn, result: { traffic, quarantinedSessions, asleep, digest, active } };
}

describe('enableSimd (R-10)', () => {
  it('makes no difference to what a manager does and tells', async () => {
    const [simd, plain] = [await play(true), await play(false)];
    expect(simd.result).toEqual(plain.result);
    // Who has an echo that nobody has taken stays awake.
    expect(simd.result.asleep).toBe(29 - 3);
    expect(simd.result.traffic.packetsIn).toBe(Array.from({ length: 200 }, (_, rank) => rank % 7).reduce((sum, count) => sum + count));
    expect([simd.warn, plain.warn].map((warn) => warn.mock.calls)).toEqual([[], []]);
  });

  it('is plain where SIMD is not to be had, and the log says so once', async () => {
    const plain = await play(false);
    vi.spyOn(WebAssembly, 'Instance').mockImplementation(() => {
      throw new Error('no SIMD here');
    });
    const refused = await play(true);
    expect(refused.result).toEqual(plain.result);
    expect(refused.warn.mock.calls).toEqual([[expect.stringContaining('no SIMD, plain JavaScript instead: ')]]);
  });
});
