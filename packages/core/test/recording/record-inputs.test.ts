import fs, { mkdirSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { defineBehavior, replay, u32 } from '@dormouse/core';
import { describe, expect, it, vi } from 'vitest';
import { failure, startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { roamer } from './behaviors.js';
import { replayed, startRecorded } from './recorded-run.js';
import { temporaryFolder } from './temporary-folder.js';

/** A scheduler of its own for each manager. */
const options = {
  behavior: roamer,
  logger: false,
  get scheduler() {
    return serialScheduler();
  },
} as const;

describe('a recording', () => {
  it('cannot begin once a tick has begun or a session has been created, nor while another is under way', async () => {
    const file = join(temporaryFolder(), 'run');
    const ticked = await startWith({ behavior: roamer, scheduler: serialScheduler() });
    await ticked.updateAllSessions(1);
    expect(() => ticked.recordInputs(file)).toThrow(failure('ERR_RECORDING_STATE', /tick 1 has begun; .* before the first$/));
    const peopled = await startWith({ behavior: roamer, scheduler: serialScheduler() });
    peopled.createSession(1);
    peopled.releaseSession(1);
    expect(() => peopled.recordInputs(file)).toThrow(failure('ERR_RECORDING_STATE', /sessions have been created/));
    const manager = await startWith({ behavior: roamer, scheduler: serialScheduler() });
    const first = manager.recordInputs(file);
    expect(() => manager.recordInputs(file, { overwrite: true })).toThrow(failure('ERR_RECORDING_STATE', /under way already/));
    await first.stop();
    expect(() => manager.recordInputs(file)).toThrow(failure('ERR_RECORDING_FILE', /exists already/));
    await manager.recordInputs(file, { overwrite: true }).stop();
    expect(await replay(file, options)).toMatchObject({ ticks: 0, sessions: 0, truncated: false, difference: undefined });
  });

  it.each([
    [{ overwrite: 1 }, /overwrite must be true or false: got 1/],
    [{ detail: 'field' }, /detail must be 'tick' or 'session': got "field"/],
    [{ details: 'tick' }, /unknown option of recordInputs "details"/],
  ])('refuses the options %o', async (given, message) => {
    const manager = await startWith({ behavior: roamer, scheduler: serialScheduler() });
    expect(() => manager.recordInputs(join(temporaryFolder(), 'run'), given as never)).toThrow(failure('ERR_INVALID_ARGUMENT', message));
    expect(() => manager.recordInputs('' as never)).toThrow(failure('ERR_INVALID_ARGUMENT', /file must be a path/));
  });

  it('is no file where there is a folder, and the manager is as before', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'run'));
    const manager = await startWith({ behavior: roamer, scheduler: serialScheduler() });
    expect(() => manager.recordInputs(join(folder, 'run'), { overwrite: true })).toThrow(failure('ERR_RECORDING_FILE', /EISDIR/));
    await manager.recordInputs(join(folder, 'other')).stop();
  });

  it('ends with the manager, and has all that came before', async () => {
    const { manager, recording, file } = await startRecorded(options);
    manager.createSession(1);
    await manager.updateAllSessions(100);
    manager.createSession(2);
    await manager.shutdown();
    expect([recording.isActive, recording.error, recording.bytes]).toEqual([false, undefined, readFileSync(file).length]);
    await recording.stop();
    expect((await replayed(file, [roamer])).report).toMatchObject({ ticks: 1, sessions: 2, difference: undefined });
  });

  it('ends when it cannot be written, and the tick and those after it are done', async () => {
    const { manager, recording, file } = await startRecorded(options);
    manager.createSession(1);
    await manager.updateAllSessions(100);
    const full = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    syncBuiltinESMExports();
    try {
      expect((await manager.updateAllSessions(100)).sessions).toBe(1);
    } finally {
      full.mockRestore();
      syncBuiltinESMExports();
    }
    expect(recording.error).toEqual(failure('ERR_RECORDING_FILE', /ended in tick 2, after 1 recorded: ENOSPC/));
    expect([recording.isActive, recording.ticks]).toEqual([false, 1]);
    await expect(recording.stop()).rejects.toBe(recording.error);
    expect((await manager.updateAllSessions(100)).tick).toBe(3);
    expect((await replayed(file, [roamer])).report).toMatchObject({ ticks: 1, difference: undefined });
  });

  it('ends at an init value that cannot be encoded, and the session is created', async () => {
    const codec = {
      encode: () => {
        throw new Error('not that');
      },
      decode: () => undefined,
    };
    const anything = defineBehavior(import.meta.url, {
      name: 'anything',
      state: { x: u32() },
      create(_session, _init: object | undefined) {},
      update() {},
    });
    const { manager, recording } = await startRecorded({ behavior: anything, scheduler: serialScheduler(), codec, logger: false });
    manager.createSession(1, { init: {} });
    expect(manager.getSession(1)?.isLive).toBe(true);
    expect(recording.error).toEqual(failure('ERR_RECORDING_FILE', /not that/));
    await expect(recording.stop()).rejects.toThrow('not that');
  });
});
