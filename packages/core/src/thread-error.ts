import { DormouseError, type ErrorCode, messageOf } from './errors.js';

/** An error as it may be posted to another thread: structured cloning drops codes, and classes of one's own. */
export interface ThreadError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly isDormouse: boolean;
  readonly cause: ThreadError | undefined;
}

/** Causes kept below an error: enough for any that is thrown in earnest, and an end for one that is its own cause. */
const MAX_CAUSES = 8;

/** Whatever was thrown, ready to be posted: name, message, stack, code and causes, eight deep. Never throws itself. */
export function packError(error: unknown, causes = MAX_CAUSES): ThreadError {
  try {
    const { name, stack, code, cause }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(messageOf(error));
    return {
      name: typeof name === 'string' ? name : 'Error',
      message: messageOf(error),
      stack: typeof stack === 'string' ? stack : undefined,
      code: typeof code === 'string' ? code : undefined,
      isDormouse: DormouseError.isInstance(error),
      cause: cause === undefined || causes === 0 ? undefined : packError(cause, causes - 1),
    };
  } catch {
    return { name: 'Error', message: messageOf(error), stack: undefined, code: undefined, isDormouse: false, cause: undefined };
  }
}

/** The error again, with the stack of the thread that it was thrown in. A Dormouse error is one again; of others only the name stays. */
export function unpackError(packed: ThreadError): Error {
  const details = packed.cause === undefined ? {} : { cause: unpackError(packed.cause) };
  const error = packed.isDormouse
    ? new DormouseError(packed.code as ErrorCode, packed.message, details)
    : Object.assign(new Error(packed.message, details), packed.code === undefined ? {} : { code: packed.code });
  if (error.name !== packed.name) Object.defineProperty(error, 'name', { value: packed.name, configurable: true, writable: true });
  if (packed.stack !== undefined) error.stack = packed.stack;
  return error;
}
