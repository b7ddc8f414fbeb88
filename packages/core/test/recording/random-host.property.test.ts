import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startWith } from '../manager/test-manager.js';
import { deferredScheduler } from '../scheduler/test-schedulers.js';
import { busy, plain } from './busy.js';
import { type Deed, deed, RandomHost } from './random-host.js';
import { replayed } from './recorded-run.js';
import { temporaryFolder } from './temporary-folder.js';

interface Plan {
  readonly seed: number;
  readonly quarantineAfter: number;
  readonly hasOnPacket: boolean;
  /** For each tick: what the host does before it, and while it is in flight. */
  readonly ticks: readonly { readonly diffMs: number; readonly before: readonly Deed[]; readonly inFlight: readonly Deed[] }[];
}

const plan = (ticks: number): fc.Arbitrary<Plan> =>
  fc.record({
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    quarantineAfter: fc.integer({ min: 1, max: 4 }),
    hasOnPacket: fc.boolean(),
    ticks: fc.array(
      fc.record({
        diffMs: fc.constantFrom(110, 110, 110, 20_000),
        before: fc.array(deed, { maxLength: 8 }),
        inFlight: fc.array(deed, { maxLength: 6 }),
      }),
      {
        minLength: ticks,
        maxLength: ticks,
      },
    ),
  });

/** Sessions asleep after ticks, over all plans. */
let asleep = 0;

/** Carries a plan out, recording it; returns the digests after each tick. */
async function record(file: string, { seed, quarantineAfter, hasOnPacket, ticks }: Plan): Promise<string[]> {
  const scheduler = deferredScheduler();
  let packets = 0;
  const manager = await startWith({
    behaviors: [busy, plain],
    scheduler,
    seed,
    quarantineAfter,
    hibernationThresholdMinutes: 1,
    sessionCeiling: 128,
    maxConcurrentSessions: 12,
    poolSize: 2,
    ringBytes: 1024,
    mailboxBytes: 1024,
    outboxBytes: 1024,
    ...(hasOnPacket
      ? {
          onPacket: (accountId: number) => {
            const handle = manager.getSession(accountId);
            if (packets++ % 3 === 0 && handle?.isLive) host.write(handle, 'write', packets, accountId);
            if (packets % 17 === 0) throw new Error('no more');
          },
        }
      : {}),
  });
  const host = new RandomHost(manager);
  const recording = manager.recordInputs(file, { overwrite: true });
  const digests: string[] = [];
  for (const { diffMs, before, inFlight } of ticks) {
    for (const one of before) host.do(one);
    const ticking = manager.updateAllSessions(diffMs).catch(() => {});
    // Without sessions the tick is over already.
    if (scheduler.isWaiting) {
      for (const one of inFlight) host.do(one);
      scheduler.open();
    }
    await ticking;
    digests.push(manager.stateDigest());
    asleep += manager.getHibernatedSessionCount();
  }
  await recording.stop();
  return digests;
}

describe('whatever a host does', () => {
  it('recorded over 50 ticks it is replayed to the same digests, whatever the size of batches', async () => {
    const file = join(temporaryFolder(), 'run');
    await fc.assert(
      fc.asyncProperty(plan(50), fc.constantFrom(1, 3, 64, 200), async (given, updateBatchSize) => {
        const digests = await record(file, given);
        const { report, digests: again } = await replayed(file, [busy, plain], { updateBatchSize });
        expect(report.difference?.message).toBe(undefined);
        expect(report).toMatchObject({ ticks: 50, truncated: false });
        expect(again).toEqual(digests);
      }),
      { numRuns: 40, endOnFailure: true },
    );
    expect(asleep).toBeGreaterThan(100);
  });
});
