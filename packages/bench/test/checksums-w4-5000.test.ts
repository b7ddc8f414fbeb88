import { describe, expect, it } from 'vitest';
import { checksumsOf, EXPECTED, SESSION_FORM } from '#bench';

/** Half a minute as it is: in the batch form W4 is tried with 1000 sessions; `dormouse-bench checksums` tries all. */
const runner = SESSION_FORM;

describe(runner.name, () => {
  for (const expected of EXPECTED.filter(({ workload, sessions }) => workload === 'W4' && sessions === 5000)) {
    it.each(expected.ariths)(
      `W4 of 5000 sessions gives the expected checksums at ${Object.keys(expected.after)} ticks in %s`,
      async (arith) => {
        expect(await checksumsOf(expected, arith, runner)).toEqual(expected.after);
      },
    );
  }
});
