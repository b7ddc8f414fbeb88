import { describe, expect, it } from 'vitest';
import { BATCH_FORM, checksumsOf, EXPECTED, FLOOR, SESSION_FORM, type Workload } from '#bench';

/** W4 has tests of its own, and so have W5 to W8. `dormouse-bench checksums` runs every row in every form. */
const FROM_START_TO_END: readonly Workload[] = ['W0', 'W1', 'W2', 'W3'];

describe.each([FLOOR, SESSION_FORM, BATCH_FORM])('$name', (runner) => {
  for (const expected of EXPECTED.filter(({ workload }) => FROM_START_TO_END.includes(workload))) {
    const { workload, ariths, sessions, after } = expected;
    it.each(ariths)(
      `${workload} of ${sessions} sessions gives the expected checksums at ${Object.keys(after)} ticks in %s`,
      async (arith) => {
        expect(await checksumsOf(expected, arith, runner)).toEqual(after);
      },
    );
  }
});
