import { describe, expect, it } from 'vitest';
import { on } from './calling-behavior.js';
import { present, startTalking, type Talk } from './talking.js';
import { accounts, failure, thrownBy } from './test-manager.js';

describe('requests of sessions that cannot be carried out', () => {
  it('stand in the report, are published, and stop no other', async () => {
    const published: unknown[] = [];
    on('dormouse:request:refused', ({ request, accountId }: { request: string; accountId: number }) =>
      published.push([request, accountId]),
    );
    const talk: Talk = {
      create(session) {
        if (session.accountId === 12) throw new Error('not twelve');
      },
      update(session) {
        if (session.tick.number > 1 || session.accountId > 2) return;
        for (const account of [1, 12, 13, 14]) session.spawn(account + session.accountId - 1);
        session.sendTo(1, 7);
      },
    };
    const manager = await startTalking(talk, { maxConcurrentSessions: 4 });
    manager.createSessionBatch(accounts(2));
    const report = await manager.updateAllSessions(100);
    // Of 1: 1 is there, 12 throws, 13 and 14 fill up. Of 2: 2 and 13 and 14 are there, 15 finds no room.
    const told = report.refused.map(({ request, accountId, requestedBy, error }) => [request, accountId, requestedBy, error.code]);
    expect(told).toEqual([
      ['spawn', 1, 1, 'ERR_SESSION_EXISTS'],
      ['spawn', 12, 1, 'ERR_SESSION_HOOK'],
      ['spawn', 2, 2, 'ERR_SESSION_LIMIT'],
      ['spawn', 13, 2, 'ERR_SESSION_LIMIT'],
      ['spawn', 14, 2, 'ERR_SESSION_LIMIT'],
      ['spawn', 15, 2, 'ERR_SESSION_LIMIT'],
    ]);
    expect(published).toEqual(told.map(([request, accountId]) => [request, accountId]));
    expect(report.messagesDelivered).toBe(2);
    expect(present(manager)).toEqual([1, 2, 13, 14]);
  });

  it('with bad arguments are errors that change nothing', async () => {
    const errors: unknown[] = [];
    const manager = await startTalking(
      {
        update(session) {
          const tries: (() => unknown)[] = [
            () => session.spawn(0),
            () => session.spawn(2, 0, { mapId: -1 }),
            () => session.spawn(2, 0, { groupId: 2 ** 32 }),
            () => session.spawn(2, 0, { behavior: {} as never }),
            () => session.spawn(2, 0, { behaviour: 'talker' } as never),
            () => session.spawn(2, 0, null as never),
            () => session.setMap(-1),
            () => session.setGroup(0.5),
            () => session.log(1 as never),
            () => session.log('x', 'loud' as never),
            () => session.spawn(2, 'x'.repeat(2000)),
          ];
          for (const attempt of tries) errors.push(thrownBy(attempt));
        },
      },
      { outboxBytes: 1024 },
    );
    manager.createSession(1);
    expect(await manager.updateAllSessions(100)).toMatchObject({ faults: [], refused: [], requestsApplied: 0 });
    expect(errors).toEqual([
      failure('ERR_INVALID_ARGUMENT', 'accountId must be an integer 1…4294967295: got 0'),
      failure('ERR_INVALID_ARGUMENT', 'mapId must be an integer 0…4294967295: got -1'),
      failure('ERR_INVALID_ARGUMENT', 'groupId must be an integer 0…4294967295: got 4294967296'),
      failure('ERR_INVALID_ARGUMENT', 'behavior of spawn must be the name of a behaviour: got an object (Object)'),
      failure('ERR_INVALID_ARGUMENT', 'unknown option of spawn "behaviour": known are behavior, mapId, groupId'),
      failure('ERR_INVALID_ARGUMENT', 'options of spawn must be an object: got null'),
      failure('ERR_INVALID_ARGUMENT', 'mapId must be an integer 0…4294967295: got -1'),
      failure('ERR_INVALID_ARGUMENT', 'groupId must be an integer 0…4294967295: got 0.5'),
      failure('ERR_INVALID_ARGUMENT', 'a message to log must be a string: got 1'),
      failure('ERR_INVALID_ARGUMENT', 'level must be debug, info, warn, error: got "loud"'),
      failure('ERR_VALUE_TOO_LARGE', 'init of account 2 must be at most 748 bytes with outboxBytes 1024: it takes 2003'),
    ]);
  });

  it('are refused with false, and counted, when the outbox is full', async () => {
    const results: boolean[] = [];
    const manager = await startTalking(
      {
        update(session) {
          while (session.sendTo(1, 1, new Uint8Array(52)));
          results.push(session.spawn(2), session.releaseSelf(), session.setMap(1), session.setGroup(1));
          session.log('lost');
        },
      },
      { outboxBytes: 1024 },
    );
    const handle = manager.createSession(1);
    await manager.updateAllSessions(100);
    expect(results).toEqual([false, false, false, false]);
    expect(handle.dropped).toBe(6);
    expect(present(manager)).toEqual([1]);
  });
});
