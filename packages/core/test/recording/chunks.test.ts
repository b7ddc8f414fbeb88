import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkReader } from '../../src/recording/chunk-reader.js';
import { ChunkWriter } from '../../src/recording/chunk-writer.js';
import { CHUNK_HEAD_BYTES, MAGIC } from '../../src/recording/format.js';
import { temporaryFolder } from './temporary-folder.js';

function write(path: string, chunks: readonly Uint8Array[]): void {
  const writer = new ChunkWriter(path, true);
  for (const chunk of chunks) {
    for (const byte of chunk) writer.next.u8(byte);
    writer.flush();
  }
  writer.close();
}

function read(path: string): { chunks: Buffer[]; isTruncated: boolean } {
  const reader = new ChunkReader(path);
  try {
    const chunks: Buffer[] = [];
    for (let chunk = reader.next(); chunk !== undefined; chunk = reader.next()) chunks.push(Buffer.from(chunk));
    return { chunks, isTruncated: reader.isTruncated };
  } finally {
    reader.close();
  }
}

const failure = (code: string, message: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('a recording as chunks in a file', () => {
  it('is read as it was written', () => {
    const path = join(temporaryFolder(), 'record');
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 10_000 }), { maxLength: 8 }), (chunks) => {
        write(path, chunks);
        expect(read(path)).toEqual({ chunks: chunks.map((chunk) => Buffer.from(chunk)), isTruncated: false });
      }),
      { numRuns: 100 },
    );
  });

  it('cut off anywhere, is read up to the last whole chunk and says so', () => {
    const path = join(temporaryFolder(), 'record');
    const chunks = [Buffer.from('first'), Buffer.alloc(0), Buffer.from('the third')];
    write(path, chunks);
    const whole = readFileSync(path);
    const ends = chunks.map(
      (_, i) => MAGIC.length + chunks.slice(0, i + 1).reduce((sum, { length }) => sum + CHUNK_HEAD_BYTES + length, 0),
    );
    expect(ends[2]).toBe(whole.length);
    for (let length = whole.length; length >= MAGIC.length; length--) {
      truncateSync(path, length);
      const isWhole = length === MAGIC.length || ends.includes(length);
      expect(read(path)).toEqual({ chunks: chunks.filter((_, i) => ends[i] <= length), isTruncated: !isWhole });
    }
    for (let length = MAGIC.length - 1; length >= 0; length--) {
      truncateSync(path, length);
      expect(() => read(path)).toThrow(failure('ERR_REPLAY_FILE', /record is not a recording$/));
    }
  });

  it('with any one byte changed, is refused where the byte is', () => {
    const path = join(temporaryFolder(), 'record');
    write(path, [Buffer.from('first'), Buffer.from('the second')]);
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      for (const change of [1, 0x80, 0xff]) {
        const changed = Buffer.from(whole);
        changed[at] ^= change;
        writeFileSync(path, changed);
        const chunk = at < MAGIC.length + CHUNK_HEAD_BYTES + 5 ? MAGIC.length : MAGIC.length + CHUNK_HEAD_BYTES + 5;
        const where =
          at < MAGIC.length - 1 ? /not a recording$/ : at < MAGIC.length ? /is a recording of format/ : `corrupt at byte ${chunk}: `;
        expect(() => read(path)).toThrow(failure('ERR_REPLAY_FILE', new RegExp(where)));
      }
    }
  });

  it('is not written over a file that exists, unless told to', () => {
    const path = join(temporaryFolder(), 'record');
    writeFileSync(path, 'mine');
    expect(() => new ChunkWriter(path, false)).toThrow(failure('ERR_RECORDING_FILE', /exists already; give \{ overwrite: true \}/));
    expect(readFileSync(path, 'utf8')).toBe('mine');
    new ChunkWriter(path, true).close();
    expect(readFileSync(path)).toEqual(MAGIC);
  });

  it('cannot be a folder, nor be read where there is none', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'record'));
    expect(() => new ChunkWriter(join(folder, 'record'), true)).toThrow(
      failure('ERR_RECORDING_FILE', /record cannot be recorded to: EISDIR/),
    );
    expect(() => new ChunkWriter(join(folder, 'no', 'record'), false)).toThrow(failure('ERR_RECORDING_FILE', /ENOENT/));
    expect(() => read(join(folder, 'record'))).toThrow(failure('ERR_REPLAY_FILE', /record cannot be read: EISDIR/));
    expect(() => read(join(folder, 'none'))).toThrow(failure('ERR_REPLAY_FILE', /none cannot be read: ENOENT/));
  });
});
