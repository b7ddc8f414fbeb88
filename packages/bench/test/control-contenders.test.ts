import { describe, expect, it } from 'vitest';
import { CONTENDERS } from '#bench';
import { COMPARED_WORKLOADS, type Contender, type FinalSession } from '../src/compare/contender.js';
import { checksumOf } from '../src/harness/checksum.js';
import { inboundOf } from '../src/harness/inbound.js';
import { openReference } from '../src/reference/reference.js';
import { ARITHS } from '../src/workloads.js';

const SESSIONS = 100;
/** Past the first packets of W8's second phase, which wake the first sleepers. */
const TICKS = 25;

/** Threads of a contender in tests: of two cores. */
function workersOf({ workerShares: [share] }: Contender): number {
  if (share === 'none') return 0;
  return share === 'cores' ? 2 : 1;
}

const counts = ({ updateCount, packetsIn, packetsOut }: FinalSession) => ({ updateCount, packetsIn, packetsOut });

describe.each(CONTENDERS.filter(({ kind }) => kind !== 'by-hand'))('contender $name', (contender) => {
  const cases = COMPARED_WORKLOADS.flatMap((workload) => ARITHS.map((arith) => ({ workload, arith }))).filter(
    ({ workload, arith }) => contender.reasonAgainst(workload, arith) === undefined,
  );

  it.each(cases)('does $workload in $arith as the reference does', async ({ workload, arith }) => {
    const setup = { workload, arith, sessions: SESSIONS, diffMs: 100, workers: workersOf(contender) };
    const reference = openReference(setup);
    const inbound = inboundOf(workload, SESSIONS);
    let taken = 0;
    let sum = 0;
    const arm = await contender.open(setup, {
      take(words, start) {
        taken++;
        for (let j = 0; j < 4; j++) sum = (sum + words[start + j]) | 0;
      },
    });
    try {
      for (let t = 0; t < TICKS; t++) {
        await arm.tick(t, inbound(t));
        reference.tick();
      }
      const found = [...(await arm.sessions())];
      expect(found.map(counts)).toEqual([...reference.sessions()].map(counts));
      expect([checksumOf(found), taken, sum >>> 0]).toEqual([reference.checksum(), reference.packetsOut(), reference.egressSum()]);
    } finally {
      await arm.close();
    }
  });
});
