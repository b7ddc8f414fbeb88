import { describe, expect, it } from 'vitest';
import { BATCH_FORM, checksumsOf, EXPECTED, FLOOR, SESSION_FORM } from './expected-checksums.js';

// 200 steps an update: in a file of its own, and 5000 sessions in one form each, or it would take minutes.
const W4 = EXPECTED.filter(({ workload }) => workload === 'W4');

describe.each([FLOOR, SESSION_FORM, BATCH_FORM])('$name', (runner) => {
  for (const expected of W4.filter(({ sessions }) => sessions === 1000)) {
    it.each(expected.ariths)(
      `W4 of 1000 sessions gives the expected checksums at ${Object.keys(expected.after)} ticks in %s`,
      async (arith) => {
        expect(await checksumsOf(expected, arith, runner)).toEqual(expected.after);
      },
    );
  }
});

describe('5000 sessions of 200 steps', () => {
  for (const expected of W4.filter(({ sessions }) => sessions === 5000)) {
    const runner = expected.ariths.includes('f32') ? BATCH_FORM : SESSION_FORM;
    it.each(expected.ariths)(
      `${runner.name}: W4 gives the expected checksums at ${Object.keys(expected.after)} ticks in %s`,
      async (arith) => {
        expect(await checksumsOf(expected, arith, runner)).toEqual(expected.after);
      },
    );
  }
});
