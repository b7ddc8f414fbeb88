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
  checkpointEveryMs: [0, 86_400_000],
} as const;

export const DEFAULTS = {
  enabled: true,
  maxConcurrentSessions: 5000,
  sessionCeiling: 1_048_576,
  poolSize: 1000,
  poolGrowth: 100,
  updateBatchSize: 64,
  enableAdaptiveBatchSize: true,
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
  checkpointEveryMs: 10_000,
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
  /** Sessions a batch, 1…256, default 64; fewer where they take long, see `enableAdaptiveBatchSize`. Settable at run time. */
  readonly updateBatchSize?: number;
  /**
   * Where updates take long, batches have a half, a quarter, … of `updateBatchSize`: so few that a batch takes 100 µs at most, and that each participant has
   * four, as long as there are some of more than 20 µs to be halved; four sessions at least where a behaviour has an `updateBatch` or a kernel. Looked at every 16
   * ticks, on schedulers with more than one participant, by their `stats()`. Default true; false: as many as are set.
   */
  readonly enableAdaptiveBatchSize?: boolean;
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
  /**
   * Wall-clock ms from the beginning of one checkpoint to that of the next, 0…86 400 000, default 10 000; 0: by call, and at shutdown. Without a store
   * that outlives the process there are none. See `SessionManager.checkpoint`.
   */
  readonly checkpointEveryMs?: number;
}

/** Every setting with its value. */
export type ManagerConfig = Required<ManagerSettings>;
