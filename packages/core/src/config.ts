import { totalmem } from 'node:os';
import * as v from 'valibot';
import { type AnyBehavior, isBehavior } from './behavior.js';
import { DormouseError, shown } from './errors.js';
import { type HibernationStore, requireHibernationStore } from './hibernation/hibernation-store.js';
import { type Codec, requireCodec } from './layout/codec.js';
import { MAX_RING_BYTES, MIN_RING_BYTES } from './layout/geometry.js';
import type { Logger } from './logger.js';
import { type HandOver, handOverOf } from './memory/hand-over.js';
import type { PacketBatchHandler } from './memory/packet-batch.js';
import type { PacketHandler } from './memory/packet-handler.js';
import { type Shareable, type SharedViews, sharedViews } from './memory/shared-buffers.js';
import { messagePack } from './message-pack.js';
import { type IScheduler, requireScheduler } from './scheduler.js';
import { DEFAULTS, LIMITS, type ManagerConfig, type ManagerSettings } from './settings.js';
import { requireClock, systemClock, type WallClock } from './wall-clock.js';
import { checkWorkerSetup } from './worker-setup.js';

interface ManagerParts extends ManagerSettings {
  /** Which threads run the sessions, such as `inlineScheduler()`. Not started yet; the manager starts and stops it. */
  readonly scheduler: IScheduler;
  /** `false`: silence. Default: warnings and errors to the console. */
  readonly logger?: Logger | false;
  /**
   * Called for every packet a session has sent, when the tick that it was sent in ends. By account id, each session's in order. The
   * packet is valid during the call. Without it packets wait in their rings for `drainOutbound`.
   */
  readonly onPacket?: PacketHandler;
  /**
   * The same for many packets at once, in place of `onPacket`: for hosts that send them on together. Called at the end of a tick for as long as there are packets, each time with
   * one or more; when it is called these are taken, whatever it throws. What sessions send meanwhile waits for the next tick.
   */
  readonly onPackets?: PacketBatchHandler;
  /** How values become bytes. Default: MessagePack. */
  readonly codec?: Codec;
  /** What sessions get by `session.shared(name)`: see {@link SessionManager.shared}. */
  readonly shared?: Readonly<Record<string, Shareable>>;
  /** For tests: the clock that time limits of handlers, maintenance and pauses are measured by. Default: the system's monotonic one. */
  readonly clock?: WallClock;
  /** Where sessions sleep, and are kept if it outlives the process. Default: `memoryStore()`. Not opened yet; the manager opens and closes it. */
  readonly store?: HibernationStore;
  /**
   * True: all sessions that the store has come back, as they were when they were last stored (`SessionManager.resumed` tells which). Default false: a store that
   * has any is refused, `ERR_STORE_NOT_EMPTY`. A store that ends with the process has none.
   */
  readonly resume?: boolean;
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

/** What a manager runs with, validated. */
export interface CheckedOptions<B extends AnyBehavior> {
  readonly config: ManagerConfig;
  readonly behaviors: readonly B[];
  readonly scheduler: IScheduler;
  readonly logger: Logger | false | undefined;
  readonly handOver: HandOver | undefined;
  readonly codec: Codec;
  readonly shared: SharedViews;
  readonly clock: WallClock;
  readonly workerSetup: readonly string[];
  readonly store: HibernationStore | undefined;
  readonly resume: boolean;
  /** `seed` if it was given. */
  readonly givenSeed: number | undefined;
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
  enableAdaptiveBatchSize: flag,
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
  checkpointEveryMs: integer(...LIMITS.checkpointEveryMs),
} as const satisfies Record<keyof ManagerConfig, v.GenericSchema>;

const settingsSchema = v.object(Object.fromEntries(Object.entries(SETTING_SCHEMAS).map(([key, schema]) => [key, v.optional(schema)])));

const PARTS = new Set([
  'behavior',
  'behaviors',
  'scheduler',
  'logger',
  'onPacket',
  'onPackets',
  'codec',
  'shared',
  'clock',
  'workerSetup',
  'store',
  'resume',
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
    handOver: checkHandOver(options.onPacket, options.onPackets),
    codec: options.codec === undefined ? messagePack : requireCodec(options.codec),
    shared: sharedViews(options.shared),
    clock: options.clock === undefined ? systemClock : requireClock(options.clock),
    workerSetup: checkWorkerSetup(options.workerSetup),
    store: options.store === undefined ? undefined : requireHibernationStore(options.store),
    resume: checkFlag('resume', options.resume),
    givenSeed: options.seed,
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

function checkFlag(name: string, value: unknown = false): boolean {
  if (typeof value !== 'boolean') throw invalid(`${name} must be true or false: got ${shown(value)}`);
  return value;
}

/** One of the two, or neither. */
export function checkHandOver(onPacket: PacketHandler | undefined, onPackets: PacketBatchHandler | undefined): HandOver | undefined {
  if (onPacket !== undefined && onPackets !== undefined)
    throw invalid('onPacket and onPackets are two ways to get the same packets: give one');
  return handOverOf(checkFunction('onPacket', onPacket), checkFunction('onPackets', onPackets));
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
