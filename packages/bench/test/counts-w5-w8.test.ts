import { describe, expect, it } from 'vitest';
import { BATCH_FORM, FLOOR, openFleet, SESSION_FORM } from '#bench';
import { openReference } from '../src/reference/reference.js';

const SESSIONS = 137;
const TICKS = 95;
const times = { ingestUs: 0, updateUs: 0, egressUs: 0, tickUs: 0 };

describe.each([FLOOR, SESSION_FORM, BATCH_FORM])('$name', ({ name: _, ...runner }) => {
  it.each(['W2', 'W5', 'W6', 'W7', 'W8'] as const)(
    '%s: counts and checksum are the reference’s, whenever they are asked for',
    async (workload) => {
      const reference = openReference({ workload, arith: 'f64', sessions: SESSIONS, diffMs: 100 });
      const fleet = await openFleet({ workload, arith: 'f64', sessions: SESSIONS, diffMs: 100, batch: 64, ...runner });
      try {
        for (let t = 0; t < TICKS; t++) {
          reference.tick();
          await fleet.tick(times);
          if (t % 7 !== 0) continue;
          const { updates, packetsIn, packetsOut, dropped, egressSum, checksum } = fleet.totals();
          expect([t, updates, packetsIn, packetsOut, dropped, egressSum, checksum]).toEqual([
            t,
            reference.updates(),
            reference.packetsIn(),
            reference.packetsOut(),
            0,
            reference.egressSum(),
            reference.checksum(),
          ]);
        }
      } finally {
        await fleet.close();
      }
    },
  );
});
