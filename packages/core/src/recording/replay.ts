import { inspect } from 'node:util';
import { type AnyBehavior, isBehavior } from '../behavior.js';
import { type CheckedOptions, checkOptions, type SessionManagerOptions } from '../config.js';
import { DormouseError, requireInteger, requireKeys, shown } from '../errors.js';
import type { Codec } from '../layout/codec.js';
import { Column } from '../layout/geometry.js';
import { channelLogger, type Logger } from '../logger.js';
import type { Engine } from '../manager/engine.js';
import { startEngine } from '../manager/start-engine.js';
import { handOverOf } from '../memory/hand-over.js';
import type { Shareable } from '../memory/shared-buffers.js';
import type { IScheduler } from '../scheduler.js';
import type { ReplayDifference, ReplayInterruption } from './difference.js';
import { matchBehaviors, type RecordingHeader } from './header.js';
import { RecordStream } from './record-stream.js';
import { filePath } from './recording.js';
import { Replayer } from './replayer.js';
import { requireShared } from './shared-content.js';

interface ReplayParts {
  /** Which threads run the sessions; `inlineScheduler()` to look on with a debugger. Started and stopped here. */
  readonly scheduler: IScheduler;
  /** As a manager's: `false` for silence. */
  readonly logger?: Logger | false;
  /** Must be what it was recorded with, if that was given. */
  readonly codec?: Codec;
  /** What was shared when it was recorded, by name: see {@link SessionManager.shared}. */
  readonly shared?: Readonly<Record<string, Shareable>>;
  /** As a manager's, for schedulers with workers: how many, what each imports first, and how long an update may take. */
  readonly workerThreads?: number;
  readonly workerSetup?: readonly (URL | string)[];
  readonly updateTimeoutMs?: number;
  /** Sessions a batch, 1…256; default as recorded. Makes no difference but where `updateBatch` throws. */
  readonly updateBatchSize?: number;
  /** The last tick to replay. Default: all there are. */
  readonly untilTick?: number;
  /** Ends the replay after the tick in hand. */
  readonly signal?: AbortSignal;
  /** Called after each tick that was as recorded. */
  readonly onTick?: (tick: ReplayedTick) => void | Promise<void>;
}

/** How to replay. */
export type ReplayOptions<B extends AnyBehavior> =
  | (ReplayParts & { readonly behavior: B; readonly behaviors?: undefined })
  | (ReplayParts & { readonly behaviors: readonly B[]; readonly behavior?: undefined });

/** A tick that was replayed, to be looked at during the call. */
export interface ReplayedTick {
  readonly tick: number;
  /** Simulated time after it, ms. */
  readonly nowMs: number;
  /** As `manager.stateDigest()` was then. */
  readonly digest: string;
  /** Accounts of the sessions there are, ascending. */
  accountIds(): number[];
  /** What a session's state holds, by field, as plain values; undefined when there is no such session, or it sleeps. */
  stateOf(accountId: number): Record<string, unknown> | undefined;
}

/** How a replay went. */
export interface ReplayReport {
  /** Ticks that were replayed and were as recorded. */
  readonly ticks: number;
  /** Sessions there were in the end. */
  readonly sessions: number;
  /** As `manager.stateDigest()`, in the end. */
  readonly digest: string;
  /** The first difference, with which the replay has ended; undefined when there was none. */
  readonly difference: ReplayDifference | undefined;
  /** True when the file ends in the middle of something, as a crash leaves it: the replay went up to there. */
  readonly truncated: boolean;
  /**
   * Set when the recording ends with a tick in which sessions were interrupted (`ERR_SESSION_INTERRUPTED`): no replay can repeat that, and the
   * tick before it was the last to be compared.
   */
  readonly interrupted: ReplayInterruption | undefined;
}

/** Handed on to the manager as they are. */
const OF_MANAGER = ['logger', 'codec', 'updateBatchSize', 'workerThreads', 'workerSetup', 'updateTimeoutMs'] as const;
const OPTIONS = ['behavior', 'behaviors', 'scheduler', 'shared', 'untilTick', 'signal', 'onTick', ...OF_MANAGER];

/**
 * Replays what `manager.recordInputs` has recorded: the same inputs at the same moments, so that sessions do the same again, and compares
 * them after every tick with what was recorded. Ends at the first difference, which it names. Handlers are not called: answers are those
 * recorded. Main thread of its manager, which nobody else gets to see.
 *
 * Throws `ERR_REPLAY_FILE` for a file that is no recording, is of another format or is corrupt; `ERR_REPLAY_BEHAVIOR` when a behaviour is
 * missing or has other fields; `ERR_REPLAY_SHARED` when what was shared is missing or is not the same; and as `SessionManager.start` does.
 */
export async function replay<const B extends AnyBehavior>(file: string | URL, options: ReplayOptions<B>): Promise<ReplayReport> {
  const path = filePath(file);
  checkReplayOptions(options);
  const stream = new RecordStream(path);
  try {
    return await replayStream(stream, options);
  } finally {
    stream.close();
  }
}

async function replayStream<B extends AnyBehavior>(stream: RecordStream, options: ReplayOptions<B>): Promise<ReplayReport> {
  const { untilTick = Number.POSITIVE_INFINITY, signal, onTick } = options;
  const checked = checkOptions(managerOptions(stream.header, options));
  const { shared = {}, updateBatchSize } = options;
  const replayer = new Replayer(stream, { codec: checked.codec, shared, keepsBatchSize: updateBatchSize !== undefined });
  const withPackets = stream.header.hasOnPacket ? { ...checked, handOver: handOverOf(replayer.onPacket, undefined) } : checked;
  const { engine } = await startEngine(withPackets as unknown as CheckedOptions<AnyBehavior>, channelLogger(checked.logger));
  try {
    replayer.attach(engine);
    while (engine.clock.number < untilTick && signal?.aborted !== true && (await replayer.next())) {
      if (onTick !== undefined) await onTick(replayedTick(engine));
    }
    return {
      ticks: replayer.ticks,
      sessions: engine.store.awakeCount + engine.hibernation.count,
      digest: String(engine.digest()),
      difference: replayer.difference,
      truncated: stream.isTruncated,
      interrupted: replayer.interruption,
    };
  } finally {
    await engine.stop();
  }
}

function managerOptions<B extends AnyBehavior>(header: RecordingHeader, options: ReplayOptions<B>): SessionManagerOptions<B> {
  const { scheduler, shared = {} } = options;
  const given = OF_MANAGER.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]);
  const sharedAtStart = Object.entries(header.shared).map(([name, content]) => [name, requireShared(name, content, shared)] as const);
  return {
    ...header.settings,
    // Sizes that batches took on are inputs that were recorded.
    enableAdaptiveBatchSize: false,
    scheduler,
    behaviors: matchBehaviors(header.behaviors, options.behaviors ?? [options.behavior as B]),
    shared: Object.fromEntries(sharedAtStart),
    ...Object.fromEntries(given),
  };
}

function replayedTick(engine: Engine): ReplayedTick {
  const { clock, store, registry } = engine;
  return {
    tick: clock.number,
    nowMs: clock.nowMs,
    digest: String(engine.digest()),
    accountIds() {
      const { slots, count } = store.order.slots();
      const awake = slots.subarray(0, count).filter((slot) => !store.isAsleep(slot));
      const asleep = Array.from(store.sleepers.entries(), (entry) => store.sleepers.accountOf(entry));
      return [...asleep, ...Array.from(awake, (slot) => store.word(slot, Column.account) >>> 0)].sort((a, b) => a - b);
    },
    stateOf(accountId) {
      const handle = registry.handleOf(accountId);
      if (handle === undefined || handle.isAsleep) return undefined;
      const state = handle.state as { [inspect.custom](): Record<string, unknown> };
      return state[inspect.custom]();
    },
  };
}

function checkReplayOptions<B extends AnyBehavior>(options: ReplayOptions<B>): void {
  if (typeof options !== 'object' || options === null) {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `options of replay must be an object: got ${shown(options)}`);
  }
  requireKeys('option of replay', options, OPTIONS);
  const { behavior, behaviors, untilTick, onTick, signal } = options;
  const given: unknown = behaviors ?? [behavior];
  if ((behavior === undefined) === (behaviors === undefined) || !Array.isArray(given) || !given.every(isBehavior)) {
    throw new DormouseError('ERR_CONFIG_INVALID', 'give either behavior or behaviors, made by defineBehavior()');
  }
  if (untilTick !== undefined) requireInteger('untilTick', untilTick, 0, Number.MAX_SAFE_INTEGER);
  if (onTick !== undefined && typeof onTick !== 'function') {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `onTick must be a function: got ${shown(onTick)}`);
  }
  if (signal !== undefined && typeof signal?.aborted !== 'boolean') {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `signal must be an AbortSignal: got ${shown(signal)}`);
  }
}
