import { describe, expect, it } from 'vitest';
import { checksumsOf, PARALLEL, reasonAgainst, runnersOf, SMALL, workersOfTwo } from '#bench';

// One caller mode a form; \`dormouse-bench checksums\` runs all in both, and the whole table.
describe.each(PARALLEL)('%s', (scheduler) => {
  const [session] = runnersOf({ scheduler, caller: 'idle', workers: workersOfTwo('idle') });
  const [, batch] = runnersOf({ scheduler, caller: 'joins', workers: workersOfTwo('joins') });
  const [, , kernel] = runnersOf({ scheduler, caller: 'idle', workers: workersOfTwo('idle') });
  it.each([session, batch, kernel])('$name: every workload of 1000 sessions gives the expected checksums', async (runner) => {
    for (const expected of SMALL) {
      for (const arith of expected.ariths) {
        if (reasonAgainst(expected.workload, arith, runner.form) !== undefined) continue;
        const found = { workload: expected.workload, arith, after: await checksumsOf(expected, arith, runner) };
        expect(found).toEqual({ workload: expected.workload, arith, after: expected.after });
      }
    }
  });
});
