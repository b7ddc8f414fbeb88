/** Every code a Dormouse error can carry. A code is stable across versions; a message is not. */
export type ErrorCode =
  | 'ERR_ASK_TIMEOUT'
  | 'ERR_BEHAVIOR_ASYNC'
  | 'ERR_BEHAVIOR_IMPORT'
  | 'ERR_BEHAVIOR_INVALID'
  | 'ERR_BEHAVIOR_UNKNOWN'
  | 'ERR_BLOB_INVALID'
  | 'ERR_CONFIG_INVALID'
  | 'ERR_CONFIG_KEY_UNKNOWN'
  | 'ERR_DATA_BUSY'
  | 'ERR_DATA_TOO_LARGE'
  | 'ERR_FIELD_INVALID'
  | 'ERR_HANDLER_EXISTS'
  | 'ERR_INDEX_FULL'
  | 'ERR_INDEX_UNSETTLED'
  | 'ERR_INSTANCE_FOREIGN'
  | 'ERR_INSTANCE_NOT_STARTED'
  | 'ERR_INSTANCE_OPTIONS'
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_KERNEL_INVALID'
  | 'ERR_MANAGER_DISABLED'
  | 'ERR_MANAGER_STOPPED'
  | 'ERR_MEMORY'
  | 'ERR_NODE_VERSION'
  | 'ERR_NOT_MAIN_THREAD'
  | 'ERR_PACKET_RANGE'
  | 'ERR_PACKET_TOO_LARGE'
  | 'ERR_PACKET_HANDLER'
  | 'ERR_RECORDING_FILE'
  | 'ERR_RECORDING_STATE'
  | 'ERR_RECORD_CORRUPT'
  | 'ERR_RECORD_MIGRATION'
  | 'ERR_RECORD_SHAPE'
  | 'ERR_REPLAY_BEHAVIOR'
  | 'ERR_REPLAY_FILE'
  | 'ERR_REPLAY_SHARED'
  | 'ERR_RING_FULL'
  | 'ERR_RUN_ACTIVE'
  | 'ERR_SCHEDULER_CONTRACT'
  | 'ERR_SCHEDULER_FAILED'
  | 'ERR_SCHEDULER_UNKNOWN'
  | 'ERR_SCHEDULER_UNSUPPORTED'
  | 'ERR_SESSION_ASLEEP'
  | 'ERR_SESSION_EXISTS'
  | 'ERR_SESSION_FAILED'
  | 'ERR_SESSION_HOOK'
  | 'ERR_SESSION_INTERRUPTED'
  | 'ERR_SESSION_LIMIT'
  | 'ERR_SESSION_PARKED'
  | 'ERR_SESSION_STALE'
  | 'ERR_SHARED_UNKNOWN'
  | 'ERR_START_FAILED'
  | 'ERR_STORE_CONTRACT'
  | 'ERR_STORE_FAILED'
  | 'ERR_STORE_FILE'
  | 'ERR_STORE_LOCKED'
  | 'ERR_STORE_NOT_EMPTY'
  | 'ERR_TEST_FAULT'
  | 'ERR_TEST_TICKS'
  | 'ERR_TEXT_TOO_LONG'
  | 'ERR_TICK_IN_FLIGHT'
  | 'ERR_THREAD_GONE'
  | 'ERR_TIMER_LIMIT'
  | 'ERR_VALUE_TOO_LARGE';

const MARKER = Symbol.for('@dormouse/core.error');

/**
 * The one class of every error Dormouse raises. `code` says which; `message` names the offending values and the
 * range allowed; `cause` is the error underneath, if there is one.
 *
 * Test with `DormouseError.isInstance(error)`, not `instanceof`: two installed copies of the package have two classes.
 */
export class DormouseError extends Error {
  readonly code: ErrorCode;
  /** The account concerned, where there is exactly one. */
  readonly accountId: number | undefined;

  constructor(code: ErrorCode, message: string, details: { cause?: unknown; accountId?: number } = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.accountId = details.accountId;
  }

  /** True for a Dormouse error from any installed copy of the package; with `code`, only for that kind. */
  static isInstance(error: unknown, code?: ErrorCode): error is DormouseError {
    if (typeof error !== 'object' || error === null) return false;
    try {
      return (error as Record<symbol, unknown>)[MARKER] === true && (code === undefined || (error as DormouseError).code === code);
    } catch {
      // A proxy that cannot be looked at.
      return false;
    }
  }
}

// Not in the class: esbuild renames a class that names itself, and Node prints that name.
Object.defineProperty(DormouseError.prototype, 'name', { value: 'DormouseError', configurable: true });
Object.defineProperty(DormouseError.prototype, MARKER, { value: true });

/** `value` as it appears in an error message: short, quoted if it is text, never a whole object. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name ?? 'null prototype'})`;
  return String(value);
}

/** The message of anything that was thrown, even if looking at it throws. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : shown(error);
  } catch {
    return 'something was thrown that cannot be looked at';
  }
}

/** The stack of what was thrown, if it has one that can be looked at. */
export function stackOf(thrown: unknown): string | undefined {
  try {
    return thrown instanceof Error && typeof thrown.stack === 'string' ? thrown.stack : undefined;
  } catch {
    return undefined;
  }
}

/** Throws `ERR_INVALID_ARGUMENT` unless `value` is an integer in `least…most`. */
export function requireInteger(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `${name} must be an integer ${least}…${most}: got ${shown(value)}`);
  }
  return value;
}

/** Throws `ERR_INVALID_ARGUMENT` for a key that `options` must not have. */
export function requireKeys(what: string, options: object, known: readonly string[], code: ErrorCode = 'ERR_INVALID_ARGUMENT'): void {
  for (const key in options) {
    if (!known.includes(key)) throw new DormouseError(code, `unknown ${what} ${shown(key)}: known are ${known.join(', ')}`);
  }
}
