/** The program of the processes that the suite starts: tries one claim, says what came of it, and ends when nothing keeps it any more. */
import type { IScheduler } from '../scheduler.js';
import type { ChildOrder, ChildOutcome } from './child.js';
import { claimsOf } from './claims.js';

const { claim, module, options, deadlineMs } = JSON.parse(process.argv[2]) as ChildOrder;

async function outcome(): Promise<ChildOutcome> {
  try {
    const { default: make } = (await import(module)) as { readonly default: (options: object) => IScheduler };
    const create = (): IScheduler => make(options);
    const { supports } = create();
    const found = claimsOf(supports).find(({ name }) => name === claim);
    if (found === undefined)
      throw new Error(`${module} makes a scheduler of which this is not claimed: it supports ${JSON.stringify(supports)}`);
    await found.hold({ create, supports, deadlineMs });
    return {};
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { failure: { message, stack } };
  }
}

process.send?.(await outcome(), () => process.disconnect());
