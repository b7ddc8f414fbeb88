import { describe, expect, it } from 'vitest';
import { hear, startTalking, type Talk } from './talking.js';
import { accounts, failure, thrownBy } from './test-manager.js';

describe('messages between sessions', () => {
  it('are there in the receiver’s next update, whoever runs first, and only then', async () => {
    const heard: string[] = [];
    const talk: Talk = {
      update(session) {
        for (const message of hear(session)) heard.push(`${session.tick.number}: ${session.accountId} heard ${message}`);
        if (session.tick.number === 1) for (const to of [1, 2, 3]) session.sendTo(to, 10 + session.accountId, Uint8Array.of(to));
      },
    };
    const manager = await startTalking(talk);
    // The first to run is not the first by account.
    for (const account of [3, 1, 2]) manager.createSession(account);
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 9, messagesUnknown: 0, messagesFull: 0 });
    expect(heard).toEqual([]);
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 0 });
    const all = (to: number) => [1, 2, 3].map((from) => `2: ${to} heard ${[from, 10 + from, to]}`);
    expect(heard).toEqual([...all(3), ...all(1), ...all(2)]);
    await manager.updateAllSessions(100);
    expect(heard).toHaveLength(9);
  });

  it('come by sender’s account, then in the order they were sent, with any number of senders', async () => {
    for (const senders of [2, 70, 300]) {
      const heard: number[] = [];
      const talk: Talk = {
        update(session) {
          if (session.accountId === 0xffff_ffff) for (const [sender, opcode] of hear(session)) heard.push(sender * 10 + opcode);
          else if (session.accountId <= senders) for (let i = 0; i < 3; i++) session.sendTo(0xffff_ffff, i);
        },
      };
      const manager = await startTalking(talk, { mailboxBytes: 32_768 });
      const others = accounts(1000).reverse();
      for (const account of [...others, 0xffff_ffff]) manager.createSession(account);
      await manager.updateAllSessions(100);
      talk.update = (session) =>
        session.accountId === 0xffff_ffff && heard.push(...hear(session).map(([sender, opcode]) => sender * 10 + opcode));
      await manager.updateAllSessions(100);
      expect(heard).toEqual(accounts(senders).flatMap((sender) => [0, 1, 2].map((opcode) => sender * 10 + opcode)));
      await manager.shutdown();
    }
  });

  it('carry any opcode and payload up to the limit, whole', async () => {
    const lengths = [0, 1, 3, 4, 5, 243, 244, 245, 255, 256, 1000, 3828];
    const seen: string[] = [];
    const make = (length: number) => Uint8Array.from({ length }, (_, i) => i * 7 + length);
    const manager = await startTalking(
      {
        update(session) {
          for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) {
            expect(message.toBytes()).toEqual(make(message.length));
            seen.push(`${message.opcode} ${message.length}`);
          }
          for (const length of session.tick.number === 1 ? lengths.slice(0, -1) : []) session.sendTo(1, 0xffff - length, make(length));
          if (session.tick.number === 2) expect(session.sendTo(1, 1, make(3828))).toBe(true);
        },
      },
      { mailboxBytes: 4096, outboxBytes: 8192 },
    );
    manager.createSession(1);
    for (let tick = 0; tick < 3; tick++) expect((await manager.updateAllSessions(100)).faults).toEqual([]);
    expect(seen).toEqual([...lengths.slice(0, -1).map((length) => `${0xffff - length} ${length}`), '1 3828']);
  });

  it('that could never arrive, and bad arguments, are errors that change nothing', async () => {
    const errors: unknown[] = [];
    const manager = await startTalking(
      {
        update(session) {
          if (session.tick.number > 1) return;
          const tries: (() => unknown)[] = [
            () => session.sendTo(0, 1),
            () => session.sendTo(-1, 1),
            () => session.sendTo(2 ** 32, 1),
            () => session.sendTo(1.5, 1),
            () => session.sendTo('1' as never, 1),
            () => session.sendTo(1, -1),
            () => session.sendTo(1, 65_536),
            () => session.sendTo(1, 1, [1, 2] as never),
            () => session.sendTo(1, 1, 'text' as never),
            () => session.sendTo(1, 1, new Uint32Array(3) as never),
            () => session.sendTo(1, 1, new Uint8Array(1781)),
          ];
          for (const attempt of tries) errors.push(thrownBy(attempt));
        },
      },
      { mailboxBytes: 2048 },
    );
    const handle = manager.createSession(1);
    const report = await manager.updateAllSessions(100);
    expect(report).toMatchObject({ faults: [], messagesDelivered: 0 });
    const badArguments = [
      ...['0', '-1', '4294967296', '1.5', '"1"'].map((shown) => `accountId must be an integer 1…4294967295: got ${shown}`),
      ...['-1', '65536'].map((shown) => `opcode must be an integer 0…65535: got ${shown}`),
      ...['an array of 2', '"text"', 'an object (Uint32Array)'].map((shown) => `a payload must be a Uint8Array: got ${shown}`),
    ];
    expect(errors).toEqual([
      ...badArguments.map((message) => failure('ERR_INVALID_ARGUMENT', message)),
      failure('ERR_PACKET_TOO_LARGE', 'the payload of a message must be 0…1780 bytes with mailboxBytes 2048: got 1781 (opcode 1)'),
    ]);
    expect(handle.dropped).toBe(0);
  });

  it('to accounts without a session are gone, and counted', async () => {
    const manager = await startTalking({ update: (session) => session.sendTo(77, 1) });
    manager.createSessionBatch(accounts(3));
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 0, messagesUnknown: 3 });
    manager.createSession(77);
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 4, messagesUnknown: 0 });
  });

  it('that find a mailbox full are gone, counted by tick and by receiver; those before are there', async () => {
    const heard: number[] = [];
    const talk: Talk = {
      update: (session) => {
        if (session.accountId > 1) for (let i = 0; i < 30; i++) session.sendTo(1, i, new Uint8Array(20));
      },
    };
    const manager = await startTalking(talk, { mailboxBytes: 1024 });
    const handles = manager.createSessionBatch(accounts(3));
    // 32 bytes each: 8 fill the near part, 24 the far one.
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 32, messagesFull: 28 });
    expect(handles.map(({ dropped }) => dropped)).toEqual([28, 0, 0]);
    talk.update = (session) => session.accountId === 1 && heard.push(...hear(session).map(([sender, opcode]) => sender * 100 + opcode));
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 0, messagesFull: 0 });
    expect(heard).toEqual([...accounts(30, 200), 300, 301]);
  });

  it('that find the sender’s outbox full are refused at once, and counted by the sender', async () => {
    let accepted = 0;
    const manager = await startTalking(
      {
        update: (session) => {
          while (session.sendTo(2, 1, new Uint8Array(52))) accepted++;
        },
      },
      { outboxBytes: 1024 },
    );
    const handle = manager.createSession(1);
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesUnknown: 16 });
    expect(accepted).toBe(16);
    expect(handle.dropped).toBe(1);
    await manager.updateAllSessions(100);
    expect(accepted).toBe(32);
  });

  it('to oneself arrive in the next update, behind those of lower accounts', async () => {
    const heard: unknown[] = [];
    const manager = await startTalking({
      update(session) {
        if (session.tick.number === 1) session.sendTo(2, session.accountId);
        else if (session.accountId === 2) heard.push(...hear(session));
      },
    });
    manager.createSessionBatch([3, 2, 1]);
    await manager.updateAllSessions(100);
    await manager.updateAllSessions(100);
    expect(heard).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  it('wait for a session in quarantine until it is revived', async () => {
    const heard: unknown[] = [];
    const talk: Talk = {
      update(session) {
        if (session.accountId === 1) throw new Error('no');
        session.sendTo(1, session.tick.number);
      },
    };
    const manager = await startTalking(talk, { quarantineAfter: 1 });
    manager.createSessionBatch(accounts(2));
    for (let tick = 1; tick <= 3; tick++) expect((await manager.updateAllSessions(100)).messagesDelivered).toBe(1);
    talk.update = (session) => session.accountId === 1 && heard.push(...hear(session));
    manager.reviveSession(1);
    await manager.updateAllSessions(100);
    expect(heard).toEqual([
      [2, 1],
      [2, 2],
      [2, 3],
    ]);
  });

  it('that an update had sent before it threw are delivered', async () => {
    const heard: unknown[] = [];
    const talk: Talk = {
      update(session) {
        session.sendTo(1, 5);
        throw new Error('after sending');
      },
    };
    const manager = await startTalking(talk);
    manager.createSessionBatch(accounts(2));
    const report = await manager.updateAllSessions(100);
    expect(report.faults).toHaveLength(2);
    expect(report.messagesDelivered).toBe(2);
    talk.update = (session) => heard.push(...hear(session));
    await manager.updateAllSessions(100);
    expect(heard).toEqual([
      [1, 5],
      [2, 5],
    ]);
  });

  it('are dead when the next one is received, and when the call has ended', async () => {
    let kept: { toBytes(): Uint8Array; u8(at: number): number; sender: number } | null = null;
    const manager = await startTalking({
      update(session) {
        if (session.tick.number === 1) {
          session.sendTo(1, 1, Uint8Array.of(11));
          session.sendTo(1, 2, Uint8Array.of(22));
          return;
        }
        kept = session.receiveMessage();
        expect(kept?.u8(0)).toBe(11);
        expect(session.receiveMessage()).toBe(kept);
        expect(kept?.u8(0)).toBe(22);
        expect(session.receiveMessage()).toBeNull();
      },
    });
    manager.createSession(1);
    await manager.updateAllSessions(100);
    expect((await manager.updateAllSessions(100)).faults).toEqual([]);
    expect(kept).toMatchObject({ sender: 0, length: 0 });
    expect(() => (kept as never as { u8(at: number): number }).u8(0)).toThrow(failure('ERR_SESSION_PARKED'));
  });

  it('that nobody reads stay; a new session of the account finds none of them', async () => {
    const heard: unknown[] = [];
    const talk: Talk = { update: (session) => session.sendTo(1, session.tick.number) };
    const manager = await startTalking(talk);
    manager.createSession(1);
    for (let tick = 0; tick < 3; tick++) await manager.updateAllSessions(100);
    manager.releaseSession(1);
    manager.createSession(1);
    talk.update = (session) => heard.push(...hear(session));
    await manager.updateAllSessions(100);
    expect(heard).toEqual([]);
  });
});
