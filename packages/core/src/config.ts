import { totalmem } from 'node:os';
import * as v from 'valibot';
import { type AnyBehavior, isBehavior } from './behavior.js';
import { DormouseError, shown } from './errors.js';
import { type HibernationStore, requireHibernationStore } from './hibernation/hibernation-store.js';
import { type Codec, requireCodec } from './layout/codec.js';
import { MAX_RING_BYTES, MIN_RING_BYTES } from './layout/geometry.js';
import type { Logger } from './logger.js';
import type { PacketHandler } from './memory/packet-ring.js';
import { type Shareable, type SharedViews, sharedViews } from './memory/shared-buffers.js';
import { messagePack } from './message-pack.js';
import { type IScheduler, requireScheduler } from './scheduler.js';
import { requireClock, systemClock, type WallClock } from './wall-clock.js';
import { checkWorkerSetup } from './worker-setup.js';

/** Hard limits of numeric settings, both ends included. */
export const LIMITS = {
  maxConcurrentSessions: [1, 4_194_304],
  sessionCeiling: [1, 4_194_304],
  poolSize: [1, 4_194_304],
  poolGrowth: [1, 4_194_304],
  updateBatchSize: [1, 256],
  workerThreads: [0, 255],
  hibernationThresholdMinutes: [1, 71_582],
  defragmentationIntervalMs: [1000, 3_600_000],
  maintenanceSliceMs: [0.1, 1000],
  pressureHighPercent: [1, 100],
  pressureLowPercent: [0, 99],
  quarantineAfter: [1, 255],
  updateTimeoutMs: [0, 3_600_000],
  metricsWindowMs: [1000, 3_600_000],
} as const;

export const DEFAULTS = {
  enabled: true,
  maxConcurrentSessions: 5000,
  sessionCeiling: 1_048_576,
  poolSize: 1000,
  poolGrowth: 100,
  updateBatchSize: 64,
  workerThreads: 0,
  ringBytes: 16_384,
  mailboxBytes: 16_384,
  outboxBytes: 16_384,
  seed: 0,
  hibernationThresholdMinutes: 5,
  enableAutoHibernation: true,
  enableSimd: true,
  enableAutoDefragmentation: true,
  defragmentationIntervalMs: 60_000,
  maintenanceSliceMs: 2,
  pressureHighPercent: 95,
  pressureLowPercent: 85,
  quarantineAfter: 3,
  updateTimeoutMs: 5000,
  startTimeMs: 0,
  metricsWindowMs: 10_000,
} as const;

/** Settings of a manager that are plain values: what a file, the environment or code can give. */
export interface ManagerSettings {
  /** `Playerbot.Enable`. With false, `start` gives a manager that holds no thread and no memory. Default true. */
  readonly enabled?: boolean;
  /** Creating more is an error. 1…`sessionCeiling`, default 5000. Settable at run time. */
  readonly maxConcurrentSessions?: number;
  /** How far `maxConcurrentSessions` can ever be raised: address space reserved at start, 1…4 194 304, at most 16 777 216 over the number of behaviours; default 1 048 576. */
  readonly sessionCeiling?: number;
  /** Sessions the pool is made for at start. Default 1000. */
  readonly poolSize?: number;
  /** Sessions it grows by when exhausted. Default 100. */
  readonly poolGrowth?: number;
  /** Sessions a batch, 1…256, default 64. Settable at run time. */
  readonly updateBatchSize?: number;
  /** Worker threads, 0…255; 0: the scheduler decides. Default 0. Schedulers without workers ignore it. */
  readonly workerThreads?: number;
  /** Bytes of each session's inbound ring, and of its outbound ring: a power of two, 1024…131 072, default 16 384. */
  readonly ringBytes?: number;
  /** Bytes of each session's mailbox, for messages and answers: as `ringBytes`. Touched only where it is used. */
  readonly mailboxBytes?: number;
  /** Bytes of each session's outbox, for all it asks of others in one update: as `ringBytes`. Touched only where it is used. */
  readonly outboxBytes?: number;
  /** Decides, with the account id, every session's random numbers. u32, default 0. */
  readonly seed?: number;
  /** Minutes of simulated time after which an idle session may be put to sleep, 1…71 582, default 5. Settable at run time. */
  readonly hibernationThresholdMinutes?: number;
  /** Whether idle sessions are put to sleep by themselves. Default true; false: by call only. */
  readonly enableAutoHibernation?: boolean;
  /** WebAssembly SIMD over the shared columns. Default true; false: the same results through plain JavaScript. */
  readonly enableSimd?: boolean;
  /** Compaction every `defragmentationIntervalMs`. Default true; false: by call only. */
  readonly enableAutoDefragmentation?: boolean;
  /** Wall-clock ms between compactions, 1000…3 600 000, default 60 000. */
  readonly defragmentationIntervalMs?: number;
  /** Most that storing sleepers and compaction may add to a tick, wall-clock ms, 0.1…1000, default 2. What is left waits for the next. */
  readonly maintenanceSliceMs?: number;
  /**
   * Percent of `maxConcurrentSessions`, or of `memoryLimitBytes`, above which the least recently active sessions are put to sleep before their
   * time, 1…100, default 95; down to `pressureLowPercent`, 0…99, default 85, which must be lower.
   */
  readonly pressureHighPercent?: number;
  readonly pressureLowPercent?: number;
  /** A session whose updates failed this often is quarantined: it stays, and is updated no more. 1…255, default 3. */
  readonly quarantineAfter?: number;
  /**
   * A session whose update takes longer has its worker thread ended: it is interrupted (`ERR_SESSION_INTERRUPTED`) and quarantined, all others
   * go on. Wall-clock ms, 0…3 600 000, default 5000; 0: never. Below 20 it is taken as 20. Never on the calling thread, which nobody can interrupt, and
   * not while a debugger is attached.
   */
  readonly updateTimeoutMs?: number;
  /** What 100 % in `getMemoryUsagePercent` is, in bytes. Default: the memory this process may use. */
  readonly memoryLimitBytes?: number;
  /** Simulated time before the first tick, ms. Default 0. */
  readonly startTimeMs?: number;
  /** Rates in the metrics cover this much wall-clock time, 1000…3 600 000 ms, default 10 000. */
  readonly metricsWindowMs?: number;
}

interface ManagerParts extends ManagerSettings {
  /** Which threads run the sessions, such as `inlineScheduler()`. Not started yet; the manager starts and stops it. */
  readonly scheduler: IScheduler;
  /** `false`: silence. Default: warnings and errors to the console. */
  readonly logger?: Logger | false;
  /**
   * Called for every packet a session has sent, when the tick that it was sent in ends. By slot, each session's in order. The
   * packet is valid during the call. Without it packets wait in their rings for `drainOutbound`.
   */
  readonly onPacket?: PacketHandler;
  /** How values become bytes. Default: MessagePack. */
  readonly codec?: Codec;
  /** What sessions get by `session.shared(name)`: see {@link SessionManager.shared}. */
  readonly shared?: Readonly<Record<string, Shareable>>;
  /** For tests: the clock that the time limits of handlers are measured by. Default: the system's monotonic one. */
  readonly clock?: WallClock;
  /** Where sessions sleep. Default: `memoryStore()`. Not opened yet; the manager opens and closes it. */
  readonly hibernationStore?: HibernationStore;
  /**
   * Modules that each worker thread imports before any behaviour, in this order: absolute `file:` or `data:` URLs, or absolute paths,
   * such as `import.meta.resolve('@dormouse/core/worker-setup-tsx')`. Default none. The inline scheduler has no workers and imports none.
   */
  readonly workerSetup?: readonly (URL | string)[];
}

/** What a manager is started with. */
export type SessionManagerOptions<B extends AnyBehavior> =
  | (ManagerParts & {
      /** What the sessions do. */
      readonly behavior: B;
      readonly behaviors?: undefined;
    })
  | (ManagerParts & {
      /** What sessions can do; a session names its own when it is created, the first is the default. At most 64. */
      readonly behaviors: readonly B[];
      readonly behavior?: undefined;
    });

/** Every setting with its value. */
export type ManagerConfig = Required<ManagerSettings>;

/** What a manager runs with, validated. */
export interface CheckedOptions<B extends AnyBehavior> {
  readonly config: ManagerConfig;
  readonly behaviors: readonly B[];
  readonly scheduler: IScheduler;
  readonly logger: Logger | false | undefined;
  readonly onPacket: PacketHandler | undefined;
  readonly codec: Codec;
  readonly shared: SharedViews;
  readonly clock: WallClock;
  readonly workerSetup: readonly string[];
  readonly hibernationStore: HibernationStore | undefined;
}

export const MAX_BEHAVIORS = 64;
/** Slots that a table can have: each behaviour may come to need `sessionCeiling` of them. 2 GiB of address space. */
const MAX_SLOTS = 16_777_216;

const text = (range: string) => (issue: { input: unknown }) => `must be ${range}: got ${shown(issue.input)}`;

function integer(least: number, most: number) {
  const message = text(`an integer ${least}…${most}`);
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

function number(least: number, most: number) {
  const message = text(`a number ${least}…${most}`);
  return v.pipe(v.number(message), v.minValue(least, message), v.maxValue(most, message));
}

const flag = v.boolean(text('true or false'));
const RING_RANGE = `a power of two ${MIN_RING_BYTES}…${MAX_RING_BYTES}`;
const isPowerOfTwo = (value: number): boolean => Number.isInteger(value) && (value & (value - 1)) === 0;

const ring = v.pipe(
  v.number(text(RING_RANGE)),
  v.check((value) => isPowerOfTwo(value) && value >= MIN_RING_BYTES && value <= MAX_RING_BYTES, text(RING_RANGE)),
);

/** One schema for each plain setting. */
export const SETTING_SCHEMAS = {
  enabled: flag,
  maxConcurrentSessions: integer(...LIMITS.maxConcurrentSessions),
  sessionCeiling: integer(...LIMITS.sessionCeiling),
  poolSize: integer(...LIMITS.poolSize),
  poolGrowth: integer(...LIMITS.poolGrowth),
  updateBatchSize: integer(...LIMITS.updateBatchSize),
  workerThreads: integer(...LIMITS.workerThreads),
  ringBytes: ring,
  mailboxBytes: ring,
  outboxBytes: ring,
  seed: integer(0, 0xffff_ffff),
  hibernationThresholdMinutes: integer(...LIMITS.hibernationThresholdMinutes),
  enableAutoHibernation: flag,
  enableSimd: flag,
  enableAutoDefragmentation: flag,
  defragmentationIntervalMs: integer(...LIMITS.defragmentationIntervalMs),
  maintenanceSliceMs: number(...LIMITS.maintenanceSliceMs),
  pressureHighPercent: number(...LIMITS.pressureHighPercent),
  pressureLowPercent: number(...LIMITS.pressureLowPercent),
  quarantineAfter: integer(...LIMITS.quarantineAfter),
  updateTimeoutMs: integer(...LIMITS.updateTimeoutMs),
  memoryLimitBytes: integer(1, Number.MAX_SAFE_INTEGER),
  startTimeMs: v.pipe(v.number(text('a finite number of ms')), v.finite(text('a finite number of ms'))),
  metricsWindowMs: integer(...LIMITS.metricsWindowMs),
} as const satisfies Record<keyof ManagerConfig, v.GenericSchema>;

const settingsSchema = v.object(Object.fromEntries(Object.entries(SETTING_SCHEMAS).map(([key, schema]) => [key, v.optional(schema)])));

const PARTS = new Set([
  'behavior',
  'behaviors',
  'scheduler',
  'logger',
  'onPacket',
  'codec',
  'shared',
  'clock',
  'workerSetup',
  'hibernationStore',
]);

/** Throws `ERR_CONFIG_INVALID` naming the setting, its value and the range, or `ERR_CONFIG_KEY_UNKNOWN`. */
export function checkOptions<B extends AnyBehavior>(options: SessionManagerOptions<B>): CheckedOptions<B> {
  if (typeof options !== 'object' || options === null) throw invalid(`options must be an object: got ${shown(options)}`);
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(SETTING_SCHEMAS, key) || PARTS.has(key)) continue;
    const known = [...Object.keys(SETTING_SCHEMAS), ...PARTS].join(', ');
    throw new DormouseError('ERR_CONFIG_KEY_UNKNOWN', `unknown option ${shown(key)}: known are ${known}`);
  }
  const result = v.safeParse(settingsSchema, options);
  if (!result.success) {
    const [issue] = result.issues;
    throw invalid(`${v.getDotPath(issue) ?? 'options'} ${issue.message}`);
  }
  const behaviors = checkBehaviors(options);
  return {
    config: withDefaults(result.output as ManagerSettings, behaviors.length),
    behaviors,
    scheduler: requireScheduler(options.scheduler),
    logger: checkLogger(options.logger),
    onPacket: checkFunction('onPacket', options.onPacket),
    codec: options.codec === undefined ? messagePack : requireCodec(options.codec),
    shared: sharedViews(options.shared),
    clock: options.clock === undefined ? systemClock : requireClock(options.clock),
    workerSetup: checkWorkerSetup(options.workerSetup),
    hibernationStore: options.hibernationStore === undefined ? undefined : requireHibernationStore(options.hibernationStore),
  };
}

function withDefaults(settings: ManagerSettings, behaviorCount: number): ManagerConfig {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const mostSlots = Math.floor(MAX_SLOTS / behaviorCount);
  const config = {
    ...DEFAULTS,
    sessionCeiling: Math.min(DEFAULTS.sessionCeiling, mostSlots),
    memoryLimitBytes: memoryOfProcess(),
    ...given,
  };
  const { sessionCeiling } = config;
  if (sessionCeiling > mostSlots) {
    throw invalid(`sessionCeiling must be 1…${mostSlots} with ${behaviorCount} behaviours: got ${sessionCeiling}`);
  }
  // A ceiling below a default bounds it; what was asked for by number is held against it.
  const bounded: Record<string, number> = {};
  for (const key of ['maxConcurrentSessions', 'poolSize', 'poolGrowth'] as const) {
    if (given[key] !== undefined && config[key] > sessionCeiling) {
      throw invalid(`${key} must be 1…${sessionCeiling} (sessionCeiling): got ${config[key]}`);
    }
    bounded[key] = Math.min(config[key], sessionCeiling);
  }
  if (config.pressureLowPercent >= config.pressureHighPercent) {
    throw invalid(`pressureLowPercent must be below pressureHighPercent, ${config.pressureHighPercent}: got ${config.pressureLowPercent}`);
  }
  return { ...config, ...bounded };
}

function checkBehaviors<B extends AnyBehavior>(options: SessionManagerOptions<B>): readonly B[] {
  if ((options.behavior === undefined) === (options.behaviors === undefined)) {
    throw invalid('give either behavior or behaviors');
  }
  const behaviors = options.behaviors ?? [options.behavior as B];
  if (!Array.isArray(behaviors) || behaviors.length < 1 || behaviors.length > MAX_BEHAVIORS) {
    throw invalid(`behaviors must be an array of 1…${MAX_BEHAVIORS}: got ${shown(behaviors)}`);
  }
  for (const behavior of behaviors) {
    if (!isBehavior(behavior)) throw invalid(`a behaviour must come from defineBehavior(): got ${shown(behavior)}`);
  }
  if (new Set(behaviors).size !== behaviors.length) throw invalid('the same behaviour stands twice in behaviors');
  const names = new Set<string>();
  for (const { name, url } of behaviors) {
    // A worker finds a behaviour by its module and its name.
    if (names.has(`${name} ${url}`)) throw invalid(`two behaviours of ${url} are named ${shown(name)}: give each a name of its own`);
    names.add(`${name} ${url}`);
  }
  return [...behaviors];
}

export function checkLogger(logger: unknown): Logger | false | undefined {
  if (logger === undefined || logger === false) return logger;
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    if (typeof (logger as Logger | null)?.[level] !== 'function') {
      throw invalid(`logger must have debug, info, warn and error, as console and pino do, or be false: ${level} is missing`);
    }
  }
  return logger as Logger;
}

export function checkFunction<T>(name: string, value: T): T {
  if (value !== undefined && typeof value !== 'function') throw invalid(`${name} must be a function: got ${shown(value)}`);
  return value;
}

/** Throws `ERR_CONFIG_INVALID` unless `value` suits the setting; what setters at run time check with. */
export function checkSetting<K extends keyof ManagerConfig>(key: K, value: unknown): ManagerConfig[K] {
  const result = v.safeParse(SETTING_SCHEMAS[key], value);
  if (!result.success) throw invalid(`${key} ${result.issues[0].message}`);
  return result.output as ManagerConfig[K];
}

/** What the control group allows, where there is one, else what the machine has. */
function memoryOfProcess(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_CONFIG_INVALID', message);
}
