import type { HibernationStore } from '../hibernation/hibernation-store.js';
import { DURABLE_CLAIMS, KILLED_CLAIMS } from './durable-claims.js';
import { FAILING_CLAIMS, FAILING_DURABLE_CLAIMS } from './failing-claims.js';
import { STORE_CLAIMS } from './store-claims.js';

/** What the suite of stores is given: the test runner's own functions, and how to make a store. */
export interface StoreSetup {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  /** Names the store, and the options that it is made with. */
  readonly name: string;
  /** Makes a store that has not been opened and holds nothing. Called many times, in this process; one is closed before the next is opened. */
  readonly create: () => HibernationStore | Promise<HibernationStore>;
  /**
   * Has every `put` of an open store fail that needs more than 1 MiB, such as by filling its disk, until what it returns is called. Without it the test that a batch is
   * stored as a whole or not at all is left out.
   */
  readonly breakPuts?: (store: HibernationStore) => (() => void) | Promise<() => void>;
  /**
   * For a store with `durable`, whose promises are then tried too: makes a store, not opened, at the place of one that has been closed, as the next process would.
   */
  readonly reopen?: (store: HibernationStore) => HibernationStore | Promise<HibernationStore>;
  /**
   * Makes a store, not opened, of what the next process would find if that of `store`, which is open, were killed now: such as at a copy of its files. `store` is closed
   * behind it. Without it the tests are left out of what is durable without a `close`.
   */
  readonly afterKill?: (store: HibernationStore) => HibernationStore | Promise<HibernationStore>;
  /** A store that does not answer for this long has failed; bounds every single wait, not the whole of a test. Default 30 000 ms. */
  readonly deadlineMs?: number;
}

/**
 * The contract of a hibernation store as tests: whatever passes may be handed to `SessionManager.start`. Needs no test framework of its own:
 *
 * ```js
 * import { describe, it } from 'node:test';
 * import { describeHibernationStore } from '@dormouse/core/conformance';
 * import { myStore } from './my-store.js';
 *
 * describeHibernationStore({ describe, it, name: 'my store', create: () => myStore() });
 * ```
 */
export function describeHibernationStore(setup: StoreSetup): void {
  const { describe, it, name, create, breakPuts, reopen, afterKill, deadlineMs = 30_000 } = setup;
  const isDurable = reopen !== undefined;
  const claims = [
    ...STORE_CLAIMS,
    ...(breakPuts === undefined ? [] : FAILING_CLAIMS),
    ...(isDurable ? DURABLE_CLAIMS : []),
    ...(isDurable && breakPuts !== undefined ? FAILING_DURABLE_CLAIMS : []),
    ...(isDurable && afterKill !== undefined ? KILLED_CLAIMS : []),
  ];
  describe(`${name} keeps the contract of hibernation stores`, () => {
    for (const claim of claims) it(claim.name, async () => claim.hold({ create, breakPuts, reopen, afterKill, deadlineMs }));
  });
}
