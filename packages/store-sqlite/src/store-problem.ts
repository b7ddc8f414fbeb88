/** Codes of `DormouseError` that a problem becomes. */
export type ProblemCode = 'ERR_NODE_VERSION' | 'ERR_STORE_FAILED' | 'ERR_STORE_FILE' | 'ERR_STORE_LOCKED';

/**
 * What is wrong with a store, before it is thrown to whoever has it: a `DormouseError` without core, which the writing thread need not load, and which can be
 * posted.
 */
export class StoreProblem extends Error {
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** A problem as it is posted to another thread. */
export interface PostedProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly cause: string | undefined;
}

/** Whatever was thrown: a problem stays one, the rest is what the store failed with. */
export function posted(error: unknown): PostedProblem {
  if (error instanceof StoreProblem) {
    return { code: error.code, message: error.message, cause: error.cause === undefined ? undefined : textOf(error.cause) };
  }
  return { code: 'ERR_STORE_FAILED', message: textOf(error), cause: undefined };
}

export function received({ code, message, cause }: PostedProblem): StoreProblem {
  return new StoreProblem(code, message, cause === undefined ? undefined : new Error(cause));
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
