export {
  type AnyBehavior,
  type Behavior,
  type BehaviorDefinition,
  defineBehavior,
  type FieldsOf,
  type InitOf,
  isBehavior,
  type SetupContext,
} from './behavior.js';
export { type Kernel, kernelLayout } from './behavior-kernel/kernel.js';
export type { BehaviorDescriptor } from './behavior-module.js';
export type { SessionManagerOptions } from './config.js';
export type {
  Dispatch,
  JoinOrder,
  LaunchedThread,
  RoundOrder,
  ThreadLauncher,
  ThreadLimits,
  ThreadOptions,
  ThreadOrder,
} from './dispatch/launcher.js';
export type { ResidentOptions } from './dispatch/options.js';
export { residentScheduler } from './dispatch/resident-scheduler.js';
export { DormouseError, type ErrorCode } from './errors.js';
export { type DormouseEvents, EVENT_NAMES, type EventName } from './events.js';
export { type DiskStats, type DurableRecords, type HeadPage, MOST_HEADS } from './hibernation/durable-records.js';
export {
  type HibernationStore,
  MOST_RECORDS,
  NO_LOCATION,
  type RecordBatch,
  STORE_CONTRACT_VERSION,
  type StoreHost,
  type StoreStats,
} from './hibernation/hibernation-store.js';
export { type MemoryStoreOptions, memoryStore } from './hibernation/memory-store.js';
export type { Traffic } from './kernels/column-kernels.js';
export type { Codec } from './layout/codec.js';
export { type DataField, type DataOptions, data } from './layout/data-field.js';
export {
  type ArrayFieldOptions,
  bigint64,
  bool,
  type Data,
  type Field,
  type FieldArray,
  type FieldOptions,
  f32,
  f64,
  i8,
  i16,
  i32,
  type PublishedField,
  type ReadonlyFieldArray,
  type TextOptions,
  text,
  u8,
  u16,
  u32,
} from './layout/field.js';
export type { Fields } from './layout/state-layout.js';
export type { Logger } from './logger.js';
export type { Admission, AdmissionFailure, AdmissionProgress, AdmissionReport, AdmitOptions } from './manager/admission.js';
export type { AskHandler, HandleOptions } from './manager/asks/ask-lane.js';
export type { AskContext } from './manager/asks/ask-request.js';
export type { AskCounts, AskMetrics } from './manager/asks/ask-topics.js';
export type { BroadcastOutcome } from './manager/broadcast.js';
export type { CheckpointReport } from './manager/durable/checkpoint-job.js';
export type { ImportOptions } from './manager/durable/import-session.js';
export type { ResumeRefusal, ResumeReport } from './manager/durable/resume.js';
export type { GlobalMetrics } from './manager/global-metrics.js';
export type { Rates, TickTimes } from './manager/metrics.js';
export type { CreateOptions } from './manager/population.js';
export type { RunOptions, RunReport } from './manager/run-loop.js';
export { SessionManager } from './manager/session-manager.js';
export type { DefragmentationReport } from './manager/upkeep/defragmentation.js';
export type { TypedViews } from './memory/block.js';
export type { PacketBatch, PacketBatchHandler } from './memory/packet-batch.js';
export type { PacketHandler } from './memory/packet-handler.js';
export type { Packet, PacketWriter } from './memory/packet-view.js';
export type { Shareable } from './memory/shared-buffers.js';
export { messagePack } from './message-pack.js';
export { type ConfigSource, loadConfig } from './playerbots-conf.js';
export { HEAD_BYTES } from './record/record-head.js';
export type { ReplayDifference, ReplayInterruption } from './recording/difference.js';
export type { Recording, RecordingOptions } from './recording/recording.js';
export { type ReplayedTick, type ReplayOptions, type ReplayReport, replay } from './recording/replay.js';
export {
  type BatchRunner,
  BUILT_IN_SCHEDULERS,
  type IScheduler,
  loadScheduler,
  type ParticipantSeat,
  type ParticipantStats,
  type RoundWork,
  SCHEDULER_CONTRACT_VERSION,
  type SchedulerFactory,
  type SchedulerHost,
  type SchedulerStats,
  type SchedulerSupport,
} from './scheduler.js';
export type { BroadcastTarget } from './session/broadcast-target.js';
export { PushOutcome, SessionHandle, type SessionStatus } from './session/handle.js';
export type { MemoryUsage } from './session/memory-usage.js';
export type { PoolCounts } from './session/pool.js';
export type {
  Answer,
  AnswerFailure,
  LogLevel,
  Message,
  Peer,
  PublishedOf,
  Session,
  SessionBatch,
  SpawnOptions,
  StateOf,
  TickInfo,
} from './session-api.js';
export type { ManagerConfig, ManagerSettings } from './settings.js';
export type { RefusedRequest, SessionFault, TickReport } from './tick-report.js';
export type { WallClock } from './wall-clock.js';
