import { describe, expect, it } from 'vitest';
import { checksumsOf, EXPECTED, SESSION_FORM } from '#bench';

/** In f32 that takes half a minute: there the kernel form is tried (checksums-kernel), and every form with 1000 sessions; `dormouse-bench checksums` tries all. */
const runner = SESSION_FORM;

describe(runner.name, () => {
  for (const expected of EXPECTED.filter(({ workload, sessions }) => workload === 'W4' && sessions === 5000)) {
    it.each(expected.ariths.filter((arith) => arith === 'f64'))(
      `W4 of 5000 sessions gives the expected checksums at ${Object.keys(expected.after)} ticks in %s`,
      async (arith) => {
        expect(await checksumsOf(expected, arith, runner)).toEqual(expected.after);
      },
    );
  }
});
