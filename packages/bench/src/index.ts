export type { Fleet, FleetOptions, FleetTotals, TickTimes } from './harness/fleet.js';
export { openFleet, type RunOptions, runWorkload, type WorkloadReport } from './harness/run.js';
export type { Summary } from './harness/series.js';
export { ARITHS, type Arith, FORMS, type Form, WORKLOADS, type Workload } from './workloads.js';
