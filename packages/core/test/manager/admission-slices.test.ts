import { DormouseError } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { type AdmissionProgress, Admissions, type AdmitOptions } from '../../src/manager/admission.js';
import type { PlannedSession } from '../../src/manager/population.js';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { accounts, failure, thrownBy } from './test-manager.js';

interface Setup {
  /** Wall-clock ms that creating or adopting an account takes. */
  readonly costMs?: (accountId: number) => number;
  /** Throws what keeps it out. */
  readonly plan?: (accountId: number) => void;
  /** Has a session already. */
  readonly isThere?: (accountId: number) => boolean;
  readonly create?: (accountId: number) => void;
  readonly makeRoom?: () => boolean;
}

/** Admissions into nothing: what has been created is listed. */
function setUp({ costMs = () => 0, plan = () => {}, isThere = () => false, create = () => {}, makeRoom = () => false }: Setup = {}) {
  const clock = new ManualClock();
  const created: number[] = [];
  const admissions = new Admissions({
    plan: (accountId) => {
      plan(accountId);
      if (isThere(accountId)) clock.advance(costMs(accountId));
      return { accountId, isThere: isThere(accountId) } as PlannedSession;
    },
    create: ({ accountId }) => {
      clock.advance(costMs(accountId));
      create(accountId);
      created.push(accountId);
    },
    makeRoom,
    wallClock: clock,
    maintenanceSliceMs: 2,
  });
  return { admissions, created };
}

describe('an admission', () => {
  it('has no more than perTick accounts have their turn in a tick, in order', async () => {
    const { admissions, created } = setUp();
    const { done } = admissions.add(accounts(10), { perTick: 4 });
    expect(created).toEqual([]);
    const after: number[] = [];
    while (!admissions.isEmpty) {
      admissions.slice();
      after.push(created.length);
    }
    expect(after).toEqual([4, 8, 10]);
    expect(created).toEqual(accounts(10));
    expect(await done).toMatchObject({ total: 10, created: 10, failed: [], remaining: [], wasCancelled: false, ticks: 3 });
  });

  it('adopts without end those that are there: perTick is of those that are created', async () => {
    const { admissions, created } = setUp({ isThere: (accountId) => accountId <= 6 || accountId === 9 });
    const { done, progress } = admissions.add(accounts(11), { perTick: 2 });
    expect(progress).toMatchObject({ adopted: 0, created: 0, remaining: 11 });
    admissions.slice();
    expect(created).toEqual([7, 8]);
    admissions.slice();
    expect(created).toEqual([7, 8, 10, 11]);
    expect(await done).toMatchObject({ total: 11, created: 4, adopted: 7, failed: [], remaining: [], ticks: 2 });
  });

  it('adopts no longer than the slice lasts', async () => {
    const { admissions } = setUp({ isThere: () => true, costMs: () => 0.75 });
    const admission = admissions.add(accounts(7), {});
    const after: number[] = [];
    while (!admissions.isEmpty) {
      admissions.slice();
      after.push(admission.progress.adopted);
    }
    expect(after).toEqual([3, 6, 7]);
  });

  it('takes no longer than the slice in a tick, and creates one at least', async () => {
    const { admissions, created } = setUp({ costMs: (accountId) => (accountId === 5 ? 50 : 0.75) });
    const { done } = admissions.add(accounts(8), {});
    const after: number[] = [];
    while (!admissions.isEmpty) {
      admissions.slice();
      after.push(created.length);
    }
    // 0.75, 1.5, 2.25 ms; then 0.75 and 50.75 ms: what a hook takes nobody can cut short; then the rest.
    expect(after).toEqual([3, 5, 8]);
    expect((await done).longestShareMs).toBe(50.75);
  });

  it('takes no longer than maxTickShareMs says', () => {
    const { admissions, created } = setUp({ costMs: () => 0.25 });
    admissions.add(accounts(8), { maxTickShareMs: 0.5 });
    admissions.slice();
    expect(created).toEqual([1, 2]);
  });

  it('lists who could not be created, with why, and brings in all others', async () => {
    const { admissions, created } = setUp({
      plan: (accountId) => {
        if (accountId === 2) throw new DormouseError('ERR_SESSION_EXISTS', 'there already');
      },
      create: (accountId) => {
        if (accountId === 4) throw new Error('no');
      },
    });
    const { done } = admissions.add(accounts(5), {});
    admissions.slice();
    expect(created).toEqual([1, 3, 5]);
    const report = await done;
    expect(report).toMatchObject({ created: 3, remaining: [] });
    expect(report.failed.map(({ accountId }) => accountId)).toEqual([2, 4]);
    expect(report.failed[0].error).toEqual(failure('ERR_SESSION_EXISTS', 'there already'));
    expect(report.failed[1].error).toEqual(failure('ERR_SESSION_FAILED', 'admission of account 4 failed: no'));
    expect(report.failed[1].error).toMatchObject({ accountId: 4, cause: new Error('no') });
  });

  it('at the limit has others make room, and lists an account for which there is none', async () => {
    let room = 2;
    let inReserve = 1;
    const { admissions, created } = setUp({
      plan: () => {
        if (room === 0) throw new DormouseError('ERR_SESSION_LIMIT', 'full');
        room--;
      },
      makeRoom: () => {
        if (inReserve === 0) return false;
        room += inReserve;
        inReserve = 0;
        return true;
      },
    });
    const { done } = admissions.add(accounts(5), {});
    admissions.slice();
    expect(created).toEqual([1, 2, 3]);
    expect((await done).failed.map(({ accountId, error }) => [accountId, error.code])).toEqual([
      [4, 'ERR_SESSION_LIMIT'],
      [5, 'ERR_SESSION_LIMIT'],
    ]);
  });

  it('makes options for each account when its turn comes; one for which that throws is listed', async () => {
    const asked: [number, number][] = [];
    const { admissions, created } = setUp();
    const options = (accountId: number, index: number) => {
      asked.push([accountId, index]);
      if (index === 1) throw new Error('who is that?');
      return { mapId: index };
    };
    const { done } = admissions.add([30, 20, 10], { perTick: 2, options });
    admissions.slice();
    expect(asked).toEqual([
      [30, 0],
      [20, 1],
    ]);
    admissions.slice();
    expect(created).toEqual([30, 10]);
    expect((await done).failed.map(({ error }) => error.message)).toEqual(['admission of account 20 failed: who is that?']);
  });

  it('tells its progress once a tick, the last time before it is done', async () => {
    const told: AdmissionProgress[] = [];
    const { admissions } = setUp({
      plan: (accountId) => {
        if (accountId === 1) throw new Error('no');
      },
    });
    const admission = admissions.add(accounts(5), { perTick: 3, onProgress: (progress) => told.push(progress) });
    expect(admission.progress).toEqual({ total: 5, created: 0, adopted: 0, failed: [], remaining: 5, ticks: 0 });
    admissions.slice();
    admissions.slice();
    expect(told.map(({ created, failed, remaining, ticks }) => [created, failed.length, remaining, ticks])).toEqual([
      [2, 1, 2, 1],
      [4, 1, 0, 2],
    ]);
    await admission.done;
    expect(admission.progress).toEqual(told[1]);
  });

  it('ends with what onProgress throws; who was created stays', async () => {
    const { admissions, created } = setUp();
    const { done } = admissions.add(accounts(5), {
      perTick: 2,
      onProgress: () => {
        throw new Error('stop');
      },
    });
    const next = admissions.add([9], {});
    admissions.slice();
    await expect(done).rejects.toThrow('stop');
    expect(created).toEqual([1, 2, 9]);
    expect((await next.done).created).toBe(1);
  });

  it('is cancelled: at once between ticks, with who never had a turn', async () => {
    const { admissions, created } = setUp();
    const admission = admissions.add(accounts(5), { perTick: 2 });
    admissions.slice();
    admission.cancel();
    admission.cancel();
    admissions.slice();
    expect(created).toEqual([1, 2]);
    expect(admissions.isEmpty).toBe(true);
    expect(await admission.done).toMatchObject({ created: 2, remaining: [3, 4, 5], wasCancelled: true, ticks: 1 });
  });

  it('is cancelled by a hook of its own when the account in hand has had its turn, and not lost sight of', async () => {
    const { admissions, created } = setUp({ create: (accountId) => accountId === 2 && admission.cancel() });
    const admission = admissions.add(accounts(5), {});
    admissions.slice();
    expect(created).toEqual([1, 2]);
    expect(await admission.done).toMatchObject({ created: 2, remaining: [3, 4, 5], wasCancelled: true });
  });

  it('is cancelled by its signal, before it begins or later', async () => {
    const { admissions, created } = setUp();
    expect(await admissions.add([1, 2], { signal: AbortSignal.abort() }).done).toMatchObject({
      created: 0,
      remaining: [1, 2],
      wasCancelled: true,
    });
    expect(admissions.isEmpty).toBe(true);
    const controller = new AbortController();
    const { done } = admissions.add([3, 4], { perTick: 1, signal: controller.signal });
    admissions.slice();
    controller.abort();
    expect(await done).toMatchObject({ created: 1, remaining: [4], wasCancelled: true });
    expect(created).toEqual([3]);
  });

  it('of nobody is done at once', async () => {
    const { admissions } = setUp();
    expect(await admissions.add([], {}).done).toMatchObject({ total: 0, created: 0, wasCancelled: false, ticks: 0 });
    expect(admissions.isEmpty).toBe(true);
  });

  it('waits for those before it; what time they leave in a tick is its own', () => {
    const { admissions, created } = setUp({ costMs: () => 0.5 });
    admissions.add([1, 2, 3], { perTick: 2 });
    admissions.add([11, 12, 13, 14], {});
    admissions.slice();
    expect(created).toEqual([1, 2]);
    admissions.slice();
    expect(created).toEqual([1, 2, 3, 11, 12, 13]);
    admissions.slice();
    expect(created).toEqual([1, 2, 3, 11, 12, 13, 14]);
  });

  it('a cancelled one in the middle of the queue has no turn', async () => {
    const { admissions, created } = setUp();
    admissions.add([1], {});
    const second = admissions.add([2], {});
    admissions.add([3], {});
    second.cancel();
    admissions.slice();
    expect(created).toEqual([1, 3]);
    expect((await second.done).remaining).toEqual([2]);
  });

  it('all are settled when the manager shuts down', async () => {
    const { admissions } = setUp();
    const both = [admissions.add(accounts(3), { perTick: 1 }), admissions.add(accounts(2, 10), {})];
    admissions.slice();
    admissions.close();
    const [first, second] = await Promise.all(both.map(({ done }) => done));
    expect(first).toMatchObject({ created: 1, remaining: [2, 3], wasCancelled: true });
    expect(second).toMatchObject({ created: 0, remaining: [10, 11], wasCancelled: true });
    expect(admissions.isEmpty).toBe(true);
  });

  it('takes the accounts as they are when it is asked for', () => {
    const { admissions, created } = setUp();
    const ids = [1, 2];
    admissions.add(ids, {});
    ids[1] = 9;
    admissions.slice();
    expect(created).toEqual([1, 2]);
  });

  it.each<[unknown, string]>([
    [{ perTick: 0 }, 'perTick must be an integer 1…65536: got 0'],
    [{ options: 5 }, 'options.options must be options of createSession, or a function that makes them: got 5'],
    [{ signal: {} }, 'signal must be an AbortSignal: got an object (Object)'],
    [{ onProgress: 1 }, 'onProgress must be a function: got 1'],
    [{ maxTickShareMs: 2.5 }, 'maxTickShareMs must be 0.1…2 (maintenanceSliceMs): got 2.5'],
    [{ pertick: 1 }, 'unknown option of admitSessions "pertick": known are perTick, options, signal, onProgress, maxTickShareMs'],
    [null, 'options of admitSessions must be an object: got null'],
  ])('refuses %o', (options, message) => {
    const { admissions } = setUp();
    expect(thrownBy(() => admissions.add([1], options as AdmitOptions))).toEqual(failure('ERR_INVALID_ARGUMENT', message));
  });
});
