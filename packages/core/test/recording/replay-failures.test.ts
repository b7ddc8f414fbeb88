import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineBehavior, replay, SessionManager, u16, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { failure } from '../manager/test-manager.js';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { makeRoamer, roamer, THROW } from './behaviors.js';
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

describe('a replay', () => {
  it('follows faults into quarantine, and out of it', async () => {
    const { manager, recording, file } = await startRecorded({ ...options, quarantineAfter: 2 });
    const handle = manager.createSession(1);
    const digests: string[] = [];
    for (let i = 0; i < 6; i++) {
      if (i < 3) handle.push(THROW);
      if (i === 4) manager.reviveSession(1);
      await manager.updateAllSessions(100);
      digests.push(manager.stateDigest());
    }
    expect(handle.status).toBe('active');
    await recording.stop();
    const { report, digests: again } = await replayed(file, [roamer]);
    expect([report.difference, again]).toEqual([undefined, digests]);
  });

  it('goes on after a tick whose scheduler failed if that made no difference, and says so if it did', async () => {
    for (const sessions of [0, 2]) {
      const scheduler = deferredScheduler();
      const { manager, recording, file } = await startRecorded({ ...options, scheduler });
      manager.createSession(1);
      const first = manager.updateAllSessions(100);
      scheduler.open();
      await first;
      if (sessions === 0) manager.releaseSession(1);
      const failing = manager.updateAllSessions(100);
      if (scheduler.isWaiting) scheduler.fail(new Error('no more'));
      await failing.catch(() => {});
      await recording.stop();
      const { report } = await replayed(file, [roamer]);
      if (sessions === 0) expect(report).toMatchObject({ ticks: 2, difference: undefined });
      else expect(report.difference?.message).toMatch(/^tick 2: account 1 differs .*the scheduler failed in this tick/);
    }
  });

  it('of a file that is cut off anywhere goes up to the last whole tick, and says so', async () => {
    const { manager, recording, file } = await startRecorded(options);
    manager.createSession(1);
    const ends: number[] = [recording.bytes];
    for (let i = 0; i < 3; i++) {
      await manager.updateAllSessions(100);
      ends.push(recording.bytes);
    }
    await recording.stop();
    const cut = `${file}-cut`;
    for (let length = ends[3]; length >= ends[0]; length--) {
      copyFileSync(file, cut);
      truncateSync(cut, length);
      const ticks = ends.filter((end) => end <= length).length - 1;
      const report = await replay(cut, { ...options });
      expect(report).toMatchObject({ ticks, difference: undefined, truncated: !ends.includes(length) });
    }
    truncateSync(cut, ends[0] - 1);
    await expect(replay(cut, options)).rejects.toThrow(failure('ERR_REPLAY_FILE', /ends before its header does/));
  });

  it('refuses what is no recording, is of another format, or is corrupt', async () => {
    const { manager, recording, file } = await startRecorded(options);
    manager.createSession(1);
    const end = recording.bytes;
    await manager.updateAllSessions(100);
    await recording.stop();
    const bytes = readFileSync(file);
    const changed = (at: number): string => {
      const copy = Buffer.from(bytes);
      copy[at] ^= 0x55;
      writeFileSync(`${file}-changed`, copy);
      return `${file}-changed`;
    };
    await expect(replay(changed(0), options)).rejects.toThrow(failure('ERR_REPLAY_FILE', /is not a recording$/));
    await expect(replay(changed(7), options)).rejects.toThrow(failure('ERR_REPLAY_FILE', /is a recording of format \d+: this version/));
    await expect(replay(changed(end + 30), options)).rejects.toThrow(failure('ERR_REPLAY_FILE', new RegExp(`corrupt at byte ${end}: `)));
    await expect(replay(join(temporaryFolder(), 'none'), options)).rejects.toThrow(failure('ERR_REPLAY_FILE', /ENOENT/));
  });

  it('names the fields that a behaviour had and has not, or has otherwise', async () => {
    const make = (state: Record<string, ReturnType<typeof u16>>) => defineBehavior(import.meta.url, { name: 'shape', state, update() {} });
    const { recording, file } = await startRecorded({ ...options, behavior: make({ a: u16(), b: u32(), c: u32() }) });
    await recording.stop();
    const other = make({ a: u16({ hot: true }), c: u32(), d: u32() });
    await expect(replay(file, { ...options, behavior: other })).rejects.toThrow(
      failure(
        'ERR_REPLAY_BEHAVIOR',
        'fields of behaviour "shape" are not those recorded: b (u32) is missing; a was u16 and is u16 hot; d (u32) is new',
      ),
    );
    await expect(replay(file, { ...options, behavior: makeRoamer(1) })).rejects.toThrow(
      failure('ERR_REPLAY_BEHAVIOR', 'behaviour "shape" was recorded: given are roamer'),
    );
  });

  it('needs what was shared, and the same', async () => {
    const reader = defineBehavior(import.meta.url, {
      name: 'reader',
      state: { seen: u32() },
      update(session) {
        session.state.seen = session.shared<Uint8Array>(session.tick.number < 2 ? 'map' : 'late')[0];
      },
    });
    const { manager, recording, file } = await startRecorded({ ...options, behavior: reader, shared: { map: Uint8Array.of(7) } });
    manager.createSession(1);
    await manager.updateAllSessions(100);
    manager.shared('late', Uint8Array.of(8));
    await manager.updateAllSessions(100);
    await recording.stop();
    const again = { ...options, behavior: reader };
    await expect(replay(file, again)).rejects.toThrow(
      failure('ERR_REPLAY_SHARED', /"map" was shared when this was recorded \(Uint8Array of 1 bytes/),
    );
    await expect(replay(file, { ...again, shared: { map: Uint8Array.of(9) } })).rejects.toThrow(
      failure('ERR_REPLAY_SHARED', /is not what was recorded/),
    );
    await expect(replay(file, { ...again, shared: { map: Uint8Array.of(7) } })).rejects.toThrow(
      failure('ERR_REPLAY_SHARED', /"late" was shared/),
    );
    const shared = { map: Uint8Array.of(7), late: Uint8Array.of(8) };
    expect(await replay(file, { ...again, shared })).toMatchObject({ ticks: 2, difference: undefined });
  });

  it('has batches of the size that was recorded, on which an updateBatch that throws depends', async () => {
    const fragile = defineBehavior(import.meta.url, {
      name: 'fragile',
      state: { n: u32() },
      updateBatch(batch) {
        for (let row = batch.begin; row < batch.end; row++) {
          if (row % 8 === 3) throw new Error('three');
          batch.u32[batch.at.n + row] += 1;
        }
      },
    });
    const { manager, recording, file } = await startRecorded({ ...options, behavior: fragile, updateBatchSize: 4, quarantineAfter: 255 });
    manager.createSessionBatch(Array.from({ length: 20 }, (_, i) => i + 1));
    await manager.updateAllSessions(1);
    manager.setUpdateBatchSize(2);
    await manager.updateAllSessions(1);
    await recording.stop();
    expect((await replayed(file, [fragile])).report).toMatchObject({ ticks: 2, difference: undefined });
    expect((await replayed(file, [fragile], { updateBatchSize: 64 })).report.difference).toMatchObject({
      tick: 1,
      fields: ['fragile.n', '(faults)'],
    });
  });

  it('leaves nothing of itself behind', async () => {
    const { manager, recording, file } = await startRecorded(options);
    manager.createSession(1);
    await manager.updateAllSessions(100);
    await recording.stop();
    const scheduler = serialScheduler();
    await replay(file, { ...options, scheduler });
    expect(scheduler.calls.at(-1)).toBe('stop');
    await expect(SessionManager.instance()).rejects.toThrow(failure('ERR_INSTANCE_NOT_STARTED'));
  });
});
