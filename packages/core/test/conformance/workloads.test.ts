import { type AnyBehavior, SessionManager } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';
import { describe, expect, it } from 'vitest';
import * as source from '../../src/conformance/behaviors/workloads.js';

/** Built from the same source as the package, whose types the compiler takes for others. */
const { idle, moving, packeting } = source as unknown as Record<'idle' | 'moving' | 'packeting', AnyBehavior>;
const { repeatOf } = source;

const SESSIONS = 1000;
const FIELDS = ['x', 'y', 'vx', 'vy', 'hp', 'targetX', 'targetY'] as const;

type Body = Record<(typeof FIELDS)[number] | 'rng', number>;

/** FNV-1a 32 over 32 bytes of every session, as the benchmark's native implementation has it. */
function checksum(states: Iterable<Body>): string {
  const view = new DataView(new ArrayBuffer(32));
  let hash = 0x811c_9dc5;
  for (const state of states) {
    for (const [index, field] of FIELDS.entries()) view.setFloat32(index * 4, state[field], true);
    view.setUint32(28, state.rng, true);
    for (let at = 0; at < 32; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x0100_0193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Sum of all words that were sent. */
async function run(behavior: AnyBehavior, repeat: (rank: number) => number, ticks: number): Promise<string> {
  let sum = 0;
  const manager = await SessionManager.start({
    behavior,
    scheduler: referenceScheduler(),
    logger: false,
    onPacket(_, packet) {
      for (let at = 0; at < packet.length; at += 4) sum = (sum + packet.u32(at)) >>> 0;
    },
  });
  const accountIds = Array.from({ length: SESSIONS }, (_, rank) => 10_000 + rank);
  const handles = manager.createSessionBatch(accountIds, (_, rank) => ({ init: repeat(rank) }));
  for (let t = 0; t < ticks; t++) {
    if (behavior.name === packeting.name) {
      for (const { accountId } of handles) {
        const words = Uint32Array.from(
          { length: 8 },
          (_, j) => Math.imul(accountId, 0x9e37_79b1) + Math.imul(t, 0x85eb_ca6b) + Math.imul(j, 0x27d4_eb2f),
        );
        manager.getSession(accountId)?.push(0xb5, new Uint8Array(words.buffer, 0, 32));
      }
    }
    await manager.updateAllSessions(100);
  }
  const states = handles.map(({ state }) => state as Body);
  const result = checksum(states) + (sum === 0 ? '' : `/${sum.toString(16)}`);
  await manager.shutdown();
  return result;
}

describe('the workloads that the suite compares schedulers by are those of the benchmark', () => {
  const cases: [string, AnyBehavior, (rank: number) => number, string, string][] = [
    ['W0', idle, () => 1, 'eb007302', 'eb007302'],
    ['W1', moving, () => 1, 'cca0bfeb', '05b9747e'],
    ['W2', packeting, () => 1, '18f41031/8238261a', '4d9e5b12/9e5ff2ec'],
    ['W3', moving, (rank) => repeatOf(rank, SESSIONS), '38a80f22', 'd2fa3c75'],
    ['W4', moving, () => 200, '585cdc48', '9f773ff3'],
  ];
  it.each(cases)('%s comes to the checksum of its native implementation', async (_name, behavior, repeat, first, fiftieth) => {
    expect(await run(behavior, repeat, 1)).toBe(first);
    expect(await run(behavior, repeat, 50)).toBe(fiftieth);
  });
});
