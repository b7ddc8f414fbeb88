import { DormouseError, requireInteger, requireKeys, shown } from '../errors.js';
import type { Dispatch, ThreadLimits } from './launcher.js';

/** What every scheduler on {@link residentScheduler} can be told. */
export interface ResidentOptions {
  /**
   * *false* (the default): sessions run on workers alone. An endless loop, `process.exit` or running out of memory in a session cannot touch
   * this thread, whose event loop stays free during a tick. *true*: the calling thread runs batches too. The fastest, above all for
   * short ticks; a session that never returns is then never interrupted, and keeps the whole process, if the caller has claimed it.
   */
  readonly callerParticipates?: boolean;
  /** Default `resident`. `task` gives each thread one task of the library's a tick: slower, there for comparison. */
  readonly dispatch?: Dispatch;
  /**
   * Where the caller participates: a tick so small that waking workers costs more than it saves is run by the caller alone, as measured in
   * earlier ticks; a tick that turns out longer wakes them then. Default true.
   */
  readonly adaptiveWaking?: boolean;
  /**
   * False: nobody takes batches from another's range, and each participant runs the share it was given. There for comparison (the benchmark's
   * `scaling`): what stealing is worth on the same threads. Default true.
   */
  readonly stealing?: boolean;
  /** Limits of each worker, as in `node:worker_threads`. Default: those of Node.js. */
  readonly resourceLimits?: ThreadLimits;
  /** How long a thread may take to start and to import the behaviours, ms, 1…3 600 000. Default 30 000. */
  readonly startTimeoutMs?: number;
}

/** The same with every value. */
export interface CheckedResidentOptions extends Required<Omit<ResidentOptions, 'resourceLimits'>> {
  readonly resourceLimits: ThreadLimits | undefined;
}

const KEYS = ['callerParticipates', 'dispatch', 'adaptiveWaking', 'stealing', 'resourceLimits', 'startTimeoutMs'] as const;
const LIMITS = ['maxOldGenerationSizeMb', 'maxYoungGenerationSizeMb', 'codeRangeSizeMb', 'stackSizeMb'] as const;

/** Throws `ERR_CONFIG_INVALID` naming the option, its value and the range, or `ERR_CONFIG_KEY_UNKNOWN`. */
export function checkResidentOptions(options: unknown): CheckedResidentOptions {
  if (typeof options !== 'object' || options === null) throw invalid(`scheduler options must be an object: got ${shown(options)}`);
  requireKeys('scheduler option', options, KEYS, 'ERR_CONFIG_KEY_UNKNOWN');
  const {
    callerParticipates = false,
    dispatch = 'resident',
    adaptiveWaking = true,
    stealing = true,
    resourceLimits,
    startTimeoutMs = 30_000,
  } = options as ResidentOptions;
  for (const [name, value] of Object.entries({ callerParticipates, adaptiveWaking, stealing })) {
    if (typeof value !== 'boolean') throw invalid(`${name} must be true or false: got ${shown(value)}`);
  }
  if (dispatch !== 'resident' && dispatch !== 'task') throw invalid(`dispatch must be "resident" or "task": got ${shown(dispatch)}`);
  if (resourceLimits !== undefined) checkLimits(resourceLimits);
  try {
    requireInteger('startTimeoutMs', startTimeoutMs, 1, 3_600_000);
  } catch (error) {
    throw invalid((error as Error).message);
  }
  return { callerParticipates, dispatch, adaptiveWaking, stealing, resourceLimits, startTimeoutMs };
}

function checkLimits(limits: unknown): void {
  if (typeof limits !== 'object' || limits === null) throw invalid(`resourceLimits must be an object: got ${shown(limits)}`);
  requireKeys('resource limit', limits, LIMITS, 'ERR_CONFIG_KEY_UNKNOWN');
  for (const [name, value] of Object.entries(limits)) {
    if (value !== undefined && !(typeof value === 'number' && value > 0 && Number.isFinite(value))) {
      throw invalid(`resourceLimits.${name} must be a number of MiB above 0: got ${shown(value)}`);
    }
  }
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_CONFIG_INVALID', message);
}
