import { crc32 } from 'node:zlib';
import { DormouseError } from '@dormouse/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startTravellers } from './traveller.js';

/** Changes bytes of a blob's record, and puts both checksums right: as whoever makes up a session would. */
function forged(blob: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array {
  const bytes = Buffer.from(blob);
  const recordAt = 16 + bytes.readUInt32LE(8);
  const record = bytes.subarray(recordAt, recordAt + bytes.readUInt32LE(12));
  // Behind the header and the length.
  for (const [at, value] of changes) record[16 + (at % (record.length - 16))] = value;
  record.writeUInt32LE(0, 8);
  record.writeUInt32LE(crc32(record), 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return new Uint8Array(bytes);
}

describe('a blob that somebody has made up', () => {
  it('is refused with an error that says so, or is a session; the manager goes on either way', async () => {
    const here = await startTravellers({ ringBytes: 4096 });
    const handle = here.createSession(7);
    for (const opcode of [1, 4, 6, 7, 11, 13, 20, 23, 27, 28]) handle.push(opcode, new Uint8Array(opcode));
    await here.updateAllSessions(100);
    const blob = here.exportSession(7);
    const there = await startTravellers();
    const neighbour = there.createSession(1);
    let taken = 0;
    const change = fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        try {
          there.importSession(forged(blob, changes));
        } catch (error) {
          expect(DormouseError.isInstance(error, 'ERR_BLOB_INVALID')).toBe(true);
          expect(there.pool.allocatedCount).toBe(1);
          return;
        }
        taken++;
        const arrived = there.getSession(7);
        JSON.stringify(arrived?.state);
        there.stateDigest();
        neighbour.push(9);
        await there.updateAllSessions(50);
        there.drainOutbound(() => {});
        // What it is may fail: quarantine is for that.
        expect(neighbour.status).toBe('active');
        const again = there.exportSession(7);
        expect(there.releaseSession(7)).toBe(true);
        there.importSession(again);
        expect(there.releaseSession(7)).toBe(true);
        expect(there.pool.allocatedCount).toBe(1);
      }),
      { numRuns: 600 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});
