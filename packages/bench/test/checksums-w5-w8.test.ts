import { describe, expect, it } from 'vitest';
import { BATCH_FORM, checksumsOf, EXPECTED, FLOOR, SESSION_FORM } from '#bench';

/** How far a form is followed: W5 in a data field, where an update takes 20 µs, not as far. */
const FORMS = [
  { ...FLOOR, ticks: { W5: 600, W6: 600, W7: 600, W8: 1000 } },
  { ...SESSION_FORM, ticks: { W5: 50, W6: 50, W7: 600, W8: 1000 } },
  { ...BATCH_FORM, ticks: { W5: 600, W6: 50, W7: 50, W8: 600 } },
];

describe.each(FORMS)('$name, 1000 sessions', ({ ticks: last, ...runner }) => {
  for (const workload of ['W5', 'W6', 'W7', 'W8'] as const) {
    for (const expected of EXPECTED.filter((row) => row.workload === workload && row.sessions === 1000)) {
      const after = Object.fromEntries(Object.entries(expected.after).filter(([ticks]) => Number(ticks) <= last[workload]));
      it.each(expected.ariths)(`${workload} gives the expected checksums at ${Object.keys(after)} ticks in %s`, async (arith) => {
        expect(Object.keys(after)).toContain(String(last[workload]));
        expect(await checksumsOf({ ...expected, after }, arith, runner)).toEqual(after);
      });
    }
  }
});
