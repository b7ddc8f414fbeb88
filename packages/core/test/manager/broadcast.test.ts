import { describe, expect, it } from 'vitest';
import { deferredScheduler } from '../scheduler/test-schedulers.js';
import { hear, startTalking, type Talk } from './talking.js';
import { failure, thrownBy } from './test-manager.js';

function listening() {
  const heard: [account: number, ...message: number[]][] = [];
  const talk: Talk = {
    update(session) {
      for (const message of hear(session)) heard.push([session.accountId, ...message]);
    },
  };
  return { heard, talk };
}

describe('manager.broadcast', () => {
  it('reaches every session to which all that is given applies, with sender 0', async () => {
    const { heard, talk } = listening();
    const manager = await startTalking(talk);
    for (let account = 1; account <= 8; account++) {
      manager.createSession(account, { mapId: account & 1 ? 0xffff_ffff : 7, groupId: account & 2 ? 9 : 0 });
    }
    expect(manager.broadcast({ mapId: 0xffff_ffff }, 1, Uint8Array.of(5))).toEqual({ delivered: 4, full: 0, queued: false });
    expect(manager.broadcast({ groupId: 0 }, 2)).toEqual({ delivered: 4, full: 0, queued: false });
    expect(manager.broadcast({ mapId: 7, groupId: 9 }, 3)).toEqual({ delivered: 2, full: 0, queued: false });
    expect(manager.broadcast({ mapId: 8 }, 4)).toEqual({ delivered: 0, full: 0, queued: false });
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 10 });
    expect(heard).toEqual([
      [1, 0, 1, 5],
      [1, 0, 2],
      [2, 0, 3],
      [3, 0, 1, 5],
      [4, 0, 2],
      [5, 0, 1, 5],
      [5, 0, 2],
      [6, 0, 3],
      [7, 0, 1, 5],
      [8, 0, 2],
    ]);
  });

  it('while a tick is in flight waits until it has ended, and comes behind the messages of sessions', async () => {
    const scheduler = deferredScheduler();
    const { heard, talk } = listening();
    const listen = talk.update;
    const manager = await startTalking(talk, { scheduler });
    manager.createSession(1, { mapId: 2 });
    talk.update = (session) => session.sendTo(1, 50);
    const ticking = manager.updateAllSessions(100);
    const payload = Uint8Array.of(1);
    expect(manager.broadcast({ mapId: 2 }, 51, payload)).toEqual({ delivered: 0, full: 0, queued: true });
    payload[0] = 99;
    // It is there when the broadcast is delivered.
    manager.createSession(3, { mapId: 2 });
    expect(manager.broadcast({ mapId: 2 }, 52)).toMatchObject({ queued: true });
    scheduler.open();
    await ticking;
    talk.update = listen as NonNullable<typeof listen>;
    const second = manager.updateAllSessions(100);
    scheduler.open();
    expect((await second).messagesDelivered).toBe(0);
    expect(heard).toEqual([
      [1, 1, 50],
      [1, 0, 51, 1],
      [1, 0, 52],
      [3, 0, 52],
    ]);
  });

  it('says how many mailboxes were full, and so does the report', async () => {
    const manager = await startTalking({}, { mailboxBytes: 1024 });
    const handle = manager.createSession(1, { mapId: 1 });
    manager.createSession(2, { mapId: 2 });
    expect(manager.broadcast({ mapId: 1 }, 1, new Uint8Array(756))).toMatchObject({ delivered: 1, full: 0 });
    expect(manager.broadcast({ groupId: 0 }, 1, new Uint8Array(756))).toEqual({ delivered: 1, full: 1, queued: false });
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 2, messagesFull: 1 });
    expect(handle.dropped).toBe(1);
  });

  it('to nobody in particular, and with bad arguments, is refused', async () => {
    const manager = await startTalking({}, { mailboxBytes: 1024 });
    manager.createSession(1);
    const tries: [() => unknown, Error][] = [
      [() => manager.broadcast({}, 1), failure('ERR_INVALID_ARGUMENT', 'a broadcast must say to which mapId or groupId, or both')],
      [
        () => manager.broadcast({ map: 1 } as never, 1),
        failure('ERR_INVALID_ARGUMENT', /^unknown key .*"map": known are mapId, groupId, wake$/),
      ],
      [() => manager.broadcast(undefined as never, 1), failure('ERR_INVALID_ARGUMENT')],
      [() => manager.broadcast({ mapId: -1 }, 1), failure('ERR_INVALID_ARGUMENT')],
      [() => manager.broadcast({ mapId: 0, groupId: 1.5 }, 1), failure('ERR_INVALID_ARGUMENT')],
      [() => manager.broadcast({ mapId: 0 }, 65_536), failure('ERR_INVALID_ARGUMENT')],
      [() => manager.broadcast({ mapId: 0 }, 1, 'text' as never), failure('ERR_INVALID_ARGUMENT')],
      [
        () => manager.broadcast({ mapId: 0 }, 1, new Uint8Array(757)),
        failure('ERR_PACKET_TOO_LARGE', 'the payload of a message must be 0…756 bytes with mailboxBytes 1024: got 757 (opcode 1)'),
      ],
    ];
    for (const [attempt, error] of tries) expect(thrownBy(attempt)).toEqual(error);
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 0, messagesFull: 0 });
  });

  it('passes over a session whose release hook is running, which may be reading a message', async () => {
    const seen: unknown[] = [];
    const talk: Talk = {};
    const manager = await startTalking(talk);
    manager.createSessionBatch([1, 2]);
    manager.broadcast({ mapId: 0 }, 1, Uint8Array.of(11));
    talk.release = (session) => {
      const message = session.receiveMessage();
      seen.push(manager.broadcast({ mapId: 0 }, 2, Uint8Array.of(22)).delivered, message?.u8(0), session.receiveMessage());
    };
    manager.releaseSession(1);
    expect(seen).toEqual([1, 11, null]);
  });
});
