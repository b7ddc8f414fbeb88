import { describe, expect, it } from 'vitest';
import { BATCH_FORM, checksumsOf, EXPECTED, FLOOR, SESSION_FORM } from '#bench';

describe.each([FLOOR, SESSION_FORM, BATCH_FORM])('$name', (runner) => {
  for (const expected of EXPECTED.filter(({ workload }) => workload !== 'W4')) {
    const { workload, ariths, sessions, after } = expected;
    it.each(ariths)(
      `${workload} of ${sessions} sessions gives the expected checksums at ${Object.keys(after)} ticks in %s`,
      async (arith) => {
        expect(await checksumsOf(expected, arith, runner)).toEqual(after);
      },
    );
  }
});
