import { setImmediate as nextTurn } from 'node:timers/promises';
import { hex } from '../harness/checksum.js';
import { openReference } from '../reference/reference.js';
import type { Work } from './arm-protocol.js';
import type { ArmSetup } from './contender.js';

/** How long the reference runs before others have their turn. */
const SLICE_MS = 20;

/** What every right arm has done after so many ticks, by ticks: one run of the reference passes by them all. */
export async function expectedWork(
  setup: Omit<ArmSetup, 'workers'>,
  ticks: Iterable<number>,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Work>> {
  const reference = openReference(setup);
  const expected = new Map<number, Work>();
  for (const end of [...new Set(ticks)].sort((a, b) => a - b)) {
    let sliceEndMs = performance.now() + SLICE_MS;
    while (reference.ticks < end) {
      reference.tick();
      if (performance.now() < sliceEndMs) continue;
      await nextTurn();
      signal.throwIfAborted();
      sliceEndMs = performance.now() + SLICE_MS;
    }
    const packetsOut = reference.packetsOut();
    expected.set(end, {
      ticks: end,
      updates: reference.updates(),
      packetsIn: reference.packetsIn(),
      packetsOut,
      packetsTaken: packetsOut,
      bytesIn: reference.bytesIn(),
      bytesOut: reference.bytesOut(),
      checksum: reference.checksum(),
      egressSum: reference.egressSum(),
    });
  }
  return expected;
}

const NAMES: readonly (readonly [keyof Work, string])[] = [
  ['ticks', 'ticks'],
  ['updates', 'updates'],
  ['packetsIn', 'packets in'],
  ['packetsOut', 'packets out'],
  ['packetsTaken', 'packets handed over'],
  ['bytesIn', 'bytes in'],
  ['bytesOut', 'bytes out'],
  ['egressSum', 'egress sum'],
  ['checksum', 'checksum'],
];

/** How it differs from what it should be: `4999 updates instead of 5000`; undefined where it does not. */
export function differenceOf(work: Work, expected: Work | undefined): string | undefined {
  if (expected === undefined) return `after ${work.ticks} ticks nothing is known of what is right`;
  for (const [key, name] of NAMES) {
    if (work[key] === expected[key]) continue;
    const isHash = key === 'egressSum' || key === 'checksum';
    return isHash
      ? `${name} ${hex(work[key])} instead of ${hex(expected[key])} after ${work.ticks} ticks`
      : `${work[key]} ${name} instead of ${expected[key]}${key === 'ticks' ? '' : ` after ${work.ticks} ticks`}`;
  }
  return undefined;
}
