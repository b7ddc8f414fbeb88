import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DormouseError } from '../../src/errors.js';
import { f32, text } from '../../src/layout/field.js';
import { layOut } from '../../src/layout/state-layout.js';
import { type BlobHeader, readBlob, writeBlob } from '../../src/record/session-blob.js';
import { shapeOf } from '../../src/record/shape.js';
import { anyState } from './any-state.js';

const HEADER: BlobHeader = {
  dormouse: '1.2.3',
  accountId: 7,
  mapId: 530,
  groupId: 0,
  status: 'asleep',
  updateCount: 5,
  dueMs: null,
  shape: shapeOf({ name: 'bot', version: 2, layout: layOut({ x: f32(), name: text(9) }) }),
  seed: 4_294_967_295,
  tick: 12,
  nowMs: 1200.5,
  requests: [{ requestId: 3, topic: 'über' }],
};
const RECORD = Uint8Array.of(1, 2, 3, 4, 5);

/** A blob whose checksum is right, whatever is in it. */
function forged(header: unknown, change: (blob: Buffer) => void = () => {}): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const blob = Buffer.concat([Buffer.from('DORMSES\x01'), Buffer.alloc(8), json, RECORD, Buffer.alloc(4)]);
  blob.writeUInt32LE(json.length, 8);
  blob.writeUInt32LE(RECORD.length, 12);
  change(blob);
  blob.writeUInt32LE(crc32(blob.subarray(0, -4)), blob.length - 4);
  return new Uint8Array(blob);
}

function errorOf(bytes: unknown): DormouseError {
  try {
    readBlob(bytes as Uint8Array);
  } catch (error) {
    if (DormouseError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the blob of a session', () => {
  it('is a name and a version, two lengths, JSON, the record and a CRC-32 that others compute alike', () => {
    expect(Buffer.from(writeBlob(HEADER, RECORD))).toEqual(Buffer.from(forged(HEADER)));
  });

  it('gives back whatever was written, from memory of any kind', () => {
    const numbers = fc.nat(0xffff_ffff);
    const header = fc.record({
      dormouse: fc.string(),
      accountId: fc.integer({ min: 1, max: 0xffff_ffff }),
      mapId: numbers,
      groupId: numbers,
      status: fc.constantFrom('active' as const, 'quarantined' as const, 'asleep' as const),
      updateCount: numbers,
      dueMs: fc.oneof(fc.constant(null), fc.nat()),
      seed: numbers,
      tick: fc.nat(),
      nowMs: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
      requests: fc.array(fc.record({ requestId: numbers, topic: fc.string({ unit: 'grapheme' }) })),
    });
    fc.assert(
      fc.property(header, anyState, fc.uint8Array({ maxLength: 400 }), (members, { fields }, record) => {
        const written = { ...members, shape: shapeOf({ name: 'any', version: 1, layout: layOut(fields) }) };
        const blob = writeBlob(written, record);
        const shared = new Uint8Array(new SharedArrayBuffer(blob.length + 7), 7, blob.length);
        shared.set(blob);
        const read = readBlob(shared);
        shared.fill(0);
        expect(read).toEqual({ header: written, record });
      }),
    );
  });

  it('is refused whichever of its bytes was changed, and where it was cut off', () => {
    const blob = writeBlob(HEADER, RECORD);
    for (let at = 0; at < blob.length; at++) {
      for (const change of [1, 0x80, 0xff]) {
        const changed = blob.slice();
        changed[at] ^= change;
        expect(errorOf(changed).code).toBe('ERR_BLOB_INVALID');
      }
      expect(errorOf(blob.subarray(0, at)).code).toBe('ERR_BLOB_INVALID');
    }
    expect(errorOf(Uint8Array.of(...blob, 0)).message).toMatch(
      /^these bytes are no session: it must be \d+ bytes, as bytes 8…15 say: got \d+$/,
    );
  });

  it.each<[string, unknown, string]>([
    ['no bytes', 'blob', 'it must be a Uint8Array: got "blob"'],
    ['too few', new Uint8Array(19), 'it must be at least 20 bytes: got 19'],
    ['others', new Uint8Array(20), 'bytes 0…6 must be "DORMSES"'],
    ['a later format', forged(HEADER, (blob) => blob.writeUInt8(2, 7)), 'its format (byte 7) must be 1: got 2'],
    ['a length that is not its own', forged(HEADER, (blob) => blob.writeUInt32LE(0xffff_ffff, 8)), ' bytes, as bytes 8…15 say'],
    ['no JSON', forged('{'), 'its header (byte 16) is no JSON'],
    ['no text', forged('"\ufffd"', (blob) => blob.writeUInt8(0xff, 17)), 'its header (byte 16) is no JSON'],
    ['no object', forged('7'), 'dormouse in its header (byte 16) must be a text: got undefined'],
    ['account 0', forged({ ...HEADER, accountId: 0 }), 'accountId in its header (byte 16) must be an integer 1…4294967295: got 0'],
    ['half a map', forged({ ...HEADER, mapId: 0.5 }), 'mapId in its header (byte 16) must be an integer 0…4294967295: got 0.5'],
    [
      'an unknown status',
      forged({ ...HEADER, status: 'dead' }),
      'status in its header (byte 16) must be active, quarantined or asleep: got "dead"',
    ],
    ['no time', forged({ ...HEADER, nowMs: Number.NaN }), 'nowMs in its header (byte 16) must be a finite number: got null'],
    [
      'a request without a topic',
      forged({ ...HEADER, requests: [{ requestId: 1 }] }),
      'requests in its header (byte 16) must be a list of at most 64 requests',
    ],
  ])('is refused where there are %s', (_, bytes, message) => {
    expect(errorOf(bytes)).toMatchObject({ code: 'ERR_BLOB_INVALID', message: expect.stringContaining(message) });
  });

  it('is refused for fields that no behaviour can have', () => {
    const { shape } = HEADER;
    const fields = [{ name: 'x', kind: 'number', element: 'f33' }];
    expect(errorOf(forged({ ...HEADER, shape: { ...shape, fields } })).code).toBe('ERR_RECORD_SHAPE');
    expect(errorOf(forged({ ...HEADER, shape: undefined })).code).toBe('ERR_RECORD_SHAPE');
  });
});
