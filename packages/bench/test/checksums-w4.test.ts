import { describe, expect, it } from 'vitest';
import { BATCH_FORM, checksumsOf, EXPECTED, FLOOR, SESSION_FORM } from '#bench';

// 200 steps an update: in files of their own, so that they run beside the others.
describe.each([FLOOR, SESSION_FORM, BATCH_FORM])('$name', (runner) => {
  for (const expected of EXPECTED.filter(({ workload, sessions }) => workload === 'W4' && sessions === 1000)) {
    it.each(expected.ariths)(
      `W4 of 1000 sessions gives the expected checksums at ${Object.keys(expected.after)} ticks in %s`,
      async (arith) => {
        expect(await checksumsOf(expected, arith, runner)).toEqual(expected.after);
      },
    );
  }
});
