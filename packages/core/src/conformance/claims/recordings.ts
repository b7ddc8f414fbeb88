import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replay } from '../../recording/replay.js';
import type { IScheduler } from '../../scheduler.js';
import { packeting, sociable } from '../behaviors.js';
import type { Bench, Claim } from '../claim.js';
import { referenceScheduler } from '../reference.js';
import { within, withManager } from '../stand.js';
import { play, SCENARIOS } from './digests.js';

/** What was recorded on one scheduler is replayed on another. */
export const recordingClaims = (): readonly Claim[] => [
  {
    name: 'what is recorded on it is replayed on the reference without a difference',
    isLong: true,
    hold: (bench) => recordAndReplay(bench, bench.create, () => referenceScheduler()),
  },
  {
    name: 'replays what was recorded on the reference without a difference',
    isLong: true,
    hold: (bench) => recordAndReplay(bench, () => referenceScheduler(), bench.create),
  },
];

async function recordAndReplay(bench: Bench, recording: () => IScheduler, replaying: () => IScheduler): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-conformance-'));
  try {
    for (const scenario of SCENARIOS.filter(({ behavior }) => behavior === packeting || behavior === sociable)) {
      const file = join(folder, `${scenario.behavior.name}.rec`);
      const recorded = { digests: [], packets: [] };
      const options = { behavior: scenario.behavior, scheduler: recording(), onPacket: () => {}, sessionCeiling: 4096 };
      await withManager(bench, options, async ({ manager, tick }) => {
        manager.recordInputs(file);
        await play(scenario, manager, tick, recorded);
      });
      const digests: string[] = [];
      const replayed = replay(file, {
        behavior: scenario.behavior,
        scheduler: replaying(),
        logger: false,
        updateBatchSize: 33,
        onTick: ({ digest }) => void digests.push(digest),
      });
      const { difference, ticks, truncated } = await within(bench, 'the replay', replayed);
      assert.equal(difference?.message, undefined, 'the first difference');
      assert.deepEqual({ ticks, truncated }, { ticks: scenario.ticks, truncated: false });
      assert.deepEqual(digests, recorded.digests);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
