export type {
  Arm,
  ArmSetup,
  Belongings,
  ComparedWorkload,
  Contender,
  ContenderKind,
  FinalSession,
  InboundPackets,
  JournalEntry,
  PacketSink,
  WorkerShare,
} from './compare/contender.js';
export { CONTENDERS } from './compare/contenders/index.js';
export {
  BATCH_FORM,
  checksumsOf,
  EXPECTED,
  type ExpectedRow,
  FLOOR,
  KERNEL_FORM,
  type Runner,
  runnersOf,
  SESSION_FORM,
  SMALL,
} from './harness/expected-checksums.js';
export type { Fleet, FleetOptions, FleetTotals, TickTimes } from './harness/fleet.js';
export { openFleet, type RunOptions, runWorkload, type WorkloadReport } from './harness/run.js';
export { CALLERS, type Caller, PARALLEL, type SchedulerChoice, workersOfTwo } from './harness/scheduler-choice.js';
export type { Summary } from './harness/series.js';
export { ARITHS, type Arith, FORMS, type Form, reasonAgainst, WORKLOADS, type Workload } from './workloads.js';
