import { describe, expect, it } from 'vitest';
import { checksumsOf, PARALLEL, reasonAgainst, runnersOf, SMALL, type Workload, workersOfTwo } from '#bench';

/** Where both forms of arithmetic come to the same, it is by the same code. */
const ROWS = SMALL.flatMap((expected) => {
  const ariths = expected.ariths.length > 1 ? (['f64'] as const) : expected.ariths;
  return ariths.map((arith) => ({ expected, arith, workload: expected.workload, after: expected.after }));
});

/** Libraries differ in who starts threads: the others show it by what threads have most to do with, and one of them by all. */
const [FIRST] = PARALLEL;
const TOLD: readonly Workload[] = ['W1', 'W2', 'W3', 'W5', 'W8'];

// One caller mode a form; `dormouse-bench checksums` runs all in both, and the whole table.
describe.each(PARALLEL)('%s', (scheduler) => {
  const [session] = runnersOf({ scheduler, caller: 'idle', workers: workersOfTwo('idle') });
  const [, batch] = runnersOf({ scheduler, caller: 'joins', workers: workersOfTwo('joins') });
  const [, , kernel] = runnersOf({ scheduler, caller: 'idle', workers: workersOfTwo('idle') });
  describe.each([session, batch, kernel])('$name', (runner) => {
    const rows = ROWS.filter(
      ({ workload, arith }) =>
        reasonAgainst(workload, arith, runner.form) === undefined && (scheduler === FIRST || TOLD.includes(workload)),
    );
    it.each(rows)('$workload of 1000 sessions gives the expected checksums in $arith', async ({ expected, arith, after }) => {
      expect(await checksumsOf(expected, arith, runner)).toEqual(after);
    });
  });
});
