/** What each thread of the pool runs. */
import { packError, participate, type ThreadError, type ThreadOrder } from '@dormouse/core/worker';
import { ThreadWorker } from 'poolifier';

/** What a task came to. poolifier would send the order back with an error, and cannot: a port that was moved here cannot be copied. */
export interface Outcome {
  readonly value?: unknown;
  readonly error?: ThreadError;
}

// poolifier knows an asynchronous function by `async` alone.
export default new ThreadWorker<ThreadOrder, Outcome>(async (order) => {
  try {
    return { value: await participate(order as ThreadOrder) };
  } catch (error) {
    return { error: packError(error) };
  }
});
