import { defineBehavior, type PacketBatch, type PacketBatchHandler, u32 } from '@dormouse/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replayed, startRecorded } from '../recording/recorded-run.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { accounts, failure, startWith, thrownBy } from './test-manager.js';

/** Sends in each update as many packets as it is told, of a length that follows from that. */
const teller = defineBehavior(import.meta.url, {
  name: 'teller',
  state: { count: u32(), bytes: u32() },
  create: (session, init: readonly [number, number] | undefined) => {
    [session.state.count, session.state.bytes] = init ?? [0, 0];
  },
  update(session) {
    const { count, bytes } = session.state;
    for (let i = 0; i < count; i++) session.send(i + 1, new Uint8Array(bytes).fill(session.accountId + i));
  },
});

/** All that is in a batch, read by its columns and packet by packet. */
function contentOf(batch: PacketBatch): string[] {
  const seen: string[] = [];
  const { begin, end, accountIds, opcodes, lengths, starts, words } = batch;
  for (let i = begin; i < end; i++) {
    const bytes = Buffer.from(Int32Array.from(words.subarray(starts[i], starts[i] + Math.ceil(lengths[i] / 4))).buffer);
    const packet = batch.packet(i);
    expect([packet.opcode, packet.length, Buffer.from(packet.toBytes())]).toEqual([opcodes[i], lengths[i], bytes.subarray(0, lengths[i])]);
    // Padded with zeros to whole words.
    expect(bytes.subarray(lengths[i]).every((byte) => byte === 0)).toBe(true);
    seen.push(`${accountIds[i]}:${opcodes[i]}:${bytes.toString('hex', 0, lengths[i])}`);
  }
  return seen;
}

const start = (settings: { onPackets?: PacketBatchHandler; enableSimd?: boolean; ringBytes?: number }) =>
  startWith({
    behavior: teller,
    scheduler: serialScheduler(),
    sessionCeiling: 16_384,
    maxConcurrentSessions: 16_384,
    ringBytes: 1024,
    ...settings,
  });

describe('R-19 onPackets', () => {
  it.each([true, false])('gets what onPacket would get, in that order, counted as that is (enableSimd %s)', (enableSimd) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(0, 3, 16, 44, 45, 100, 300)), { minLength: 1, maxLength: 150 }),
        async (told) => {
          const one: string[] = [];
          const together: string[] = [];
          const byEach = await startWith({
            behavior: teller,
            scheduler: serialScheduler(),
            ringBytes: 1024,
            enableSimd,
            onPacket: (account, packet) => void one.push(`${account}:${packet.opcode}:${Buffer.from(packet.toBytes()).toString('hex')}`),
          });
          const byBatch = await start({ enableSimd, onPackets: (batch) => void together.push(...contentOf(batch)) });
          for (const manager of [byEach, byBatch]) {
            // Accounts do not come in the order of slots.
            for (const [i, init] of told.entries()) manager.createSession(1000 - i, { init });
            for (let tick = 0; tick < 2; tick++) await manager.updateAllSessions(100);
          }
          expect(together).toEqual(one);
          expect(byBatch.stateDigest()).toBe(byEach.stateDigest());
          const counts = [byEach, byBatch].map((manager) =>
            told.map((_, i) => [manager.getSession(1000 - i)?.packetsOut, manager.getSession(1000 - i)?.bytesOut]),
          );
          expect(counts[1]).toEqual(counts[0]);
          await Promise.all([byEach.shutdown(), byBatch.shutdown()]);
        },
      ),
      { numRuns: 25 },
    ),
  );

  it('gets short packets of as many sessions as follow each other at once, and those of a session that has several or longer ones by themselves', async () => {
    const batches: string[][] = [];
    const manager = await start({ onPackets: (batch) => void batches.push(contentOf(batch).map((each) => each.split(':', 2).join(':'))) });
    for (const account of accounts(100))
      manager.createSession(account, { init: account === 50 ? [2, 4] : account === 70 ? [1, 60] : [1, 4] });
    await manager.updateAllSessions(100);
    expect(batches.map((batch) => [batch.length, batch[0]])).toEqual([
      [49, '1:1'],
      [2, '50:1'],
      [19, '51:1'],
      [1, '70:1'],
      [30, '71:1'],
    ]);
  });

  it('gets the packets of more senders than are listed at a time', async () => {
    const seen: number[] = [];
    const manager = await start({
      onPackets: ({ begin, end, accountIds }) => void seen.push(...accountIds.subarray(begin, end)),
    });
    manager.createSessionBatch(accounts(9000), () => ({ init: [1, 4] as const }));
    for (let tick = 0; tick < 2; tick++) await manager.updateAllSessions(100);
    expect(seen).toEqual([...accounts(9000), ...accounts(9000)]);
  });

  it('that throws rejects the tick, which is complete; the packets it was given are taken and the rest comes next time', async () => {
    const seen: string[][] = [];
    const manager = await start({
      onPackets: (batch) => {
        seen.push(contentOf(batch).map((each) => each.split(':', 2).join(':')));
        if (seen.length === 1) throw new Error('handler broke');
      },
    });
    for (const account of [1, 2, 3, 4]) manager.createSession(account, { init: account === 3 ? [2, 60] : [1, 4] });
    const error = await manager.updateAllSessions(100).catch((cause) => cause);
    expect(error).toEqual(failure('ERR_PACKET_HANDLER', 'tick 1: onPackets failed: handler broke'));
    expect(accounts(4).map((account) => manager.getSession(account)?.packetsOut)).toEqual([1, 1, 0, 0]);
    await manager.updateAllSessions(100);
    expect(seen).toEqual([
      ['1:1', '2:1'],
      ['1:1', '2:1'],
      ['3:1', '3:2', '3:1', '3:2'],
      ['4:1', '4:1'],
    ]);
  });

  it('names the number of a packet that it has not', async () => {
    const refusals: unknown[] = [];
    const manager = await start({
      onPackets: (batch) => {
        for (const i of [batch.begin - 1, batch.end, Number.NaN]) refusals.push(thrownBy(() => batch.packet(i)));
      },
    });
    for (const account of [1, 2]) manager.createSession(account, { init: [1, 4] });
    await manager.updateAllSessions(100);
    expect(refusals).toEqual([-1, 2, 'NaN'].map((i) => failure('ERR_PACKET_RANGE', `packet must be 0…1: got ${i}`)));
  });

  it('must be synchronous', async () => {
    const manager = await start({ onPackets: async () => {} });
    manager.createSession(1, { init: [1, 4] });
    await expect(manager.updateAllSessions(100)).rejects.toEqual(failure('ERR_PACKET_HANDLER', /returned a promise/));
  });

  it('has nothing to read once it has returned', async () => {
    let kept: PacketBatch | undefined;
    const manager = await start({
      onPackets: (batch) => {
        kept = batch;
      },
    });
    manager.createSession(1, { init: [1, 4] });
    await manager.updateAllSessions(100);
    expect([kept?.begin, kept?.end, kept?.words.length]).toEqual([0, 0, 0]);
    expect(thrownBy(() => kept?.packet(0))).toEqual(failure('ERR_SESSION_PARKED'));
  });

  it.each([
    [{ onPacket: () => {}, onPackets: () => {} }, 'onPacket and onPackets are two ways to get the same packets: give one'],
    [{ onPackets: 7 }, 'onPackets must be a function: got 7'],
  ])('is refused as %o', async (settings, message) => {
    await expect(start(settings as never)).rejects.toEqual(failure('ERR_CONFIG_INVALID', message));
  });

  it('is told of each packet by itself while a recording is made, which replays without a difference', async () => {
    const sizes: number[] = [];
    const onPackets: PacketBatchHandler = (batch) => void sizes.push(contentOf(batch).length);
    const { manager, recording, file } = await startRecorded({ behavior: teller, scheduler: serialScheduler(), onPackets });
    manager.createSessionBatch(accounts(5), () => ({ init: [1, 4] as const }));
    await manager.updateAllSessions(100);
    await recording.stop();
    await manager.updateAllSessions(100);
    expect(sizes).toEqual([1, 1, 1, 1, 1, 5]);
    expect((await replayed(file, [teller])).report).toMatchObject({ ticks: 1, difference: undefined });
  });
});
