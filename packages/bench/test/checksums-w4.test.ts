import { describe, expect, it } from 'vitest';
import { BATCH_FORM, checksumsOf, EXPECTED, FLOOR, SESSION_FORM } from '#bench';

/** 200 steps an update take their time: one form is followed to the end. `dormouse-bench checksums` does so with each. */
const FORMS = [
  { ...SESSION_FORM, ticks: 600 },
  { ...FLOOR, ticks: 50 },
  { ...BATCH_FORM, ticks: 50 },
];

describe.each(FORMS)('$name, W4 of 1000 sessions', ({ ticks, ...runner }) => {
  for (const expected of EXPECTED.filter(({ workload, sessions }) => workload === 'W4' && sessions === 1000)) {
    const after = Object.fromEntries(Object.entries(expected.after).filter(([tick]) => Number(tick) <= ticks));
    it.each(expected.ariths)(`gives the expected checksums at ${Object.keys(after)} ticks in %s`, async (arith) => {
      expect(Object.keys(after)).toContain(String(ticks));
      expect(await checksumsOf({ ...expected, after }, arith, runner)).toEqual(after);
    });
  }
});
