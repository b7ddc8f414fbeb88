import { join } from 'node:path';
import {
  type AnyBehavior,
  type Recording,
  type RecordingOptions,
  replay,
  type SessionManager,
  type SessionManagerOptions,
} from '@dormouse/core';
import { onTestFinished } from 'vitest';
import { startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { temporaryFolder } from './temporary-folder.js';

/** A manager whose inputs are being recorded. */
export async function startRecorded<const B extends AnyBehavior>(
  options: SessionManagerOptions<B>,
  recordingOptions?: RecordingOptions,
): Promise<{ manager: SessionManager<B>; recording: Recording; file: string }> {
  const file = join(temporaryFolder(), 'run.dormouse');
  const manager = await startWith({ sessionCeiling: 4096, ...options } as SessionManagerOptions<B>);
  const recording = manager.recordInputs(file, recordingOptions);
  onTestFinished(() => recording.stop().catch(() => {}));
  return { manager, recording, file };
}

/** Replays on the calling thread; `digests` are those after each tick. */
export async function replayed<const B extends AnyBehavior>(
  file: string,
  behaviors: readonly B[],
  settings: { updateBatchSize?: number } = {},
) {
  const digests: string[] = [];
  const report = await replay(file, {
    behaviors,
    scheduler: serialScheduler(),
    logger: false,
    ...settings,
    onTick: ({ digest }) => void digests.push(digest),
  });
  return { report, digests };
}
