import assert from 'node:assert/strict';
import type { IScheduler } from '../scheduler.js';
import { holdInChild } from './child.js';
import type { Claim } from './claim.js';
import { claimsOf } from './claims.js';

export { type BatchOrder, referenceScheduler } from './reference.js';
export { describeHibernationStore, type StoreSetup } from './store-suite.js';

/** What the suite is given: the test runner's own functions, and how to make a scheduler. */
export interface ConformanceSetup {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  /** Makes a scheduler that has not been started. Called many times, in this process. */
  readonly create: () => IScheduler;
  /**
   * URL of a module whose default export makes the same scheduler, given `options`: such as that of the built package. Tests that would
   * take the test runner with them, or are about a whole process, run in processes of their own, which import it. Without it they fail.
   */
  readonly module?: string | URL;
  /** For the default export of `module`: what can be written as JSON. Default none. */
  readonly options?: object;
  /**
   * Leaves out the longest tests, half of the whole's time: a hundred starts and stops, running out of memory, recordings. For further sets
   * of options of a scheduler that has passed the whole. Default false.
   */
  readonly brief?: boolean;
  /** A scheduler that does not answer for this long has failed; bounds every single wait, not the whole of a test. Default 30 000 ms. */
  readonly deadlineMs?: number;
}

/**
 * The contract of a scheduler as tests: whatever passes may be handed to `SessionManager.start`. What it says that it `supports` is tested,
 * and of what it does not the opposite. Needs no test framework of its own:
 *
 * ```js
 * import { describe, it } from 'node:test';
 * import { describeScheduler } from '@dormouse/core/conformance';
 * import myScheduler from './my-scheduler.js';
 *
 * describeScheduler({ describe, it, create: () => myScheduler(), module: new URL('./my-scheduler.js', import.meta.url) });
 * ```
 *
 * Nothing in it waits for a time to pass. With workers it takes some 30 s on two idle processors, a third of that a hundred starts and stops.
 */
export function describeScheduler({
  describe,
  it,
  create,
  module,
  options = {},
  brief = false,
  deadlineMs = 30_000,
}: ConformanceSetup): void {
  const { name, supports } = create();
  const hold = (claim: Claim): Promise<void> => {
    if (claim.process === undefined) return claim.hold({ create, supports, deadlineMs });
    assert.ok(
      module !== undefined,
      'this is tried in a process of its own, which has to make the scheduler: give describeScheduler the URL of a module whose default ' +
        'export makes it, as `module`, and what that is to be called with as `options`',
    );
    return holdInChild(claim, { claim: claim.name, module: String(module), options, deadlineMs });
  };
  describe(`${name} keeps the scheduler contract`, () => {
    for (const claim of claimsOf(supports)) {
      if (!(brief && claim.isLong === true)) it(claim.name, async () => hold(claim));
    }
  });
}
