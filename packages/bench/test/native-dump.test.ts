import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sessionsIn } from '../src/native/dump.js';

const folder = mkdtempSync(join(tmpdir(), 'dormouse-dump-'));
afterAll(() => rmSync(folder, { recursive: true }));

const floats = (...values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
const words = (...values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
const text = (value: string): Buffer => Buffer.concat([words(value.length), Buffer.from(value, 'latin1')]);

it('a dump of the native program is read session by session, with and without belongings', () => {
  const path = join(folder, 'sessions');
  const first = [floats(1.5, 2.5, -3, 4, 99.5, 6, 7), words(0xffff_fffe, 45, 9, 8, 288, 128, 1), words(0)];
  const second = [floats(0, 0, 0, 0, 100, 0, 0), words(7, 2, 0, 0, 0, 0, 0), words(1)];
  const belongings = [text('bot 1'), words(1), text('item-3'), words(20), words(2, 1), text('item-3x19'), words(2), text('item-3x20')];
  writeFileSync(path, Buffer.concat([...first, ...second, ...belongings]));
  const still = { x: 0, y: 0, vx: 0, vy: 0, hp: 100, targetX: 0, targetY: 0, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 };
  expect([...sessionsIn(path)]).toEqual([
    {
      x: 1.5,
      y: 2.5,
      vx: -3,
      vy: 4,
      hp: 99.5,
      targetX: 6,
      targetY: 7,
      rng: 0xffff_fffe,
      updateCount: 45,
      packetsIn: 9,
      packetsOut: 8,
      bytesIn: 288,
      bytesOut: 128,
    },
    {
      ...still,
      rng: 7,
      updateCount: 2,
      belongings: {
        title: 'bot 1',
        inventory: new Map([['item-3', 20]]),
        journal: [
          { at: 1, note: 'item-3x19' },
          { at: 2, note: 'item-3x20' },
        ],
      },
    },
  ]);
});
