import { describe, expect, it } from 'vitest';
import { BATCH_FORM, checksumsOf, EXPECTED, SESSION_FORM } from '#bench';

describe.each([SESSION_FORM, BATCH_FORM])('$name', (runner) => {
  for (const expected of EXPECTED.filter(({ workload, sessions }) => workload === 'W4' && sessions === 5000)) {
    it.each(expected.ariths)(
      `W4 of 5000 sessions gives the expected checksums at ${Object.keys(expected.after)} ticks in %s`,
      async (arith) => {
        expect(await checksumsOf(expected, arith, runner)).toEqual(expected.after);
      },
    );
  }
});
