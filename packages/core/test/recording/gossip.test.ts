import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyBehavior, replay, SessionManager } from '@dormouse/core';
import { afterAll, expect, it } from 'vitest';
import { gossiping as gossipingOfSource } from '../../src/conformance/behaviors.js';
import { referenceScheduler } from '../../src/conformance/reference.js';

/** Built from the same source as the package, whose types the compiler takes for others. */
const gossiping = gossipingOfSource as unknown as AnyBehavior;
const SESSIONS = 1000;
const TICKS = 50;
const folder = mkdtempSync(join(tmpdir(), 'dormouse-gossip-'));
afterAll(() => rmSync(folder, { recursive: true }));

const backwards = (batchCount: number): number[] => Array.from({ length: batchCount }, (_, index) => batchCount - 1 - index);

/** Sessions that send four messages a tick each; returns the digest after every tick. */
async function run(file?: string): Promise<string[]> {
  const manager = await SessionManager.start({ behavior: gossiping, scheduler: referenceScheduler(), seed: 3 });
  if (file !== undefined) manager.recordInputs(file);
  const accountIds = Array.from({ length: SESSIONS }, (_, index) => index + 1);
  manager.createSessionBatch(accountIds, { init: SESSIONS });
  const digests: string[] = [];
  for (let tick = 0; tick < TICKS; tick++) {
    const { messagesDelivered, faults } = await manager.updateAllSessions(100);
    expect([messagesDelivered, faults]).toEqual([SESSIONS * 4, []]);
    digests.push(manager.stateDigest());
  }
  await manager.shutdown();
  return digests;
}

it('a thousand sessions that send four messages a tick come to the same digests in each of five runs, and in the replay of one', async () => {
  const file = join(folder, 'gossip.rec');
  const first = await run(file);
  expect(new Set(first).size).toBe(TICKS);
  for (let again = 0; again < 4; again++) expect(await run()).toEqual(first);
  const replayed: string[] = [];
  const report = await replay(file, {
    behavior: gossiping,
    scheduler: referenceScheduler(backwards),
    updateBatchSize: 7,
    onTick: ({ digest }) => void replayed.push(digest),
  });
  expect(report).toMatchObject({ ticks: TICKS, sessions: SESSIONS, difference: undefined, truncated: false });
  expect(replayed).toEqual(first);
});
