import { DormouseError } from '@dormouse/core';
import { StoreProblem, textOf } from './store-problem.js';

/** What was thrown as whoever has the store meets it: `what` is said in front of what has no words of its own. */
export function storeError(error: unknown, what: string): DormouseError {
  if (DormouseError.isInstance(error)) return error;
  const isTold = error instanceof StoreProblem && error.code !== 'ERR_STORE_FAILED';
  if (isTold) return new DormouseError(error.code, error.message, error.cause === undefined ? {} : { cause: error.cause });
  return new DormouseError('ERR_STORE_FAILED', `store sqlite ${what}: ${textOf(error)}`, { cause: error });
}

export function contractError(message: string): DormouseError {
  return new DormouseError('ERR_STORE_CONTRACT', `store sqlite ${message}`);
}
