import { describe, expect, it } from 'vitest';
import { checksumsOf, PARALLEL, runnersOf, SMALL, workersOfTwo } from '#bench';

// One form in each caller mode; \`dormouse-bench checksums\` runs both in both, and the whole table.
describe.each(PARALLEL)('%s', (scheduler) => {
  const [session] = runnersOf({ scheduler, caller: 'idle', workers: workersOfTwo('idle') });
  const [, batch] = runnersOf({ scheduler, caller: 'joins', workers: workersOfTwo('joins') });
  it.each([session, batch])('$name: every workload of 1000 sessions gives the expected checksums', async (runner) => {
    for (const expected of SMALL) {
      for (const arith of expected.ariths) {
        const found = { workload: expected.workload, arith, after: await checksumsOf(expected, arith, runner) };
        expect(found).toEqual({ workload: expected.workload, arith, after: expected.after });
      }
    }
  });
});
