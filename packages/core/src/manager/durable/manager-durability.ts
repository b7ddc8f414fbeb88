import { DormouseError } from '../../errors.js';
import { ManagerMetrics } from '../manager-metrics.js';
import { partsOf, requireEngine } from '../manager-parts.js';
import type { CheckpointReport } from './checkpoint-job.js';
import type { ResumeReport } from './resume.js';

/** What a manager has of a store that outlives the process: see {@link SessionManager}. */
export abstract class ManagerDurability extends ManagerMetrics {
  /** What came back from the store; undefined unless the manager was started with `resume: true` and a store that outlives the process. */
  get resumed(): ResumeReport | undefined {
    return partsOf(this).resumed;
  }

  /**
   * Writes all that is awake to a store that outlives the process, and what else it has yet to be told; resolves when it is as durable as the store makes it. Each session is then
   * there as it was at one moment, between two ticks, after this was called: if no tick comes meanwhile all of them as of the same. Sessions that have done nothing
   * but to be updated since they were last written are not written again. By itself every `checkpointEveryMs`, and before `shutdown`.
   *
   * In slices of `maintenanceSliceMs` at the ends of ticks, and between them while none is in flight: it comes to its end whether ticks come or not. Rejects with `ERR_STORE_FAILED` when the
   * store does not take something, or has been at it for 30 s of wall-clock time; what it has taken by then it has, and all goes on as before. Rejects with `ERR_INVALID_ARGUMENT` where the store
   * ends with the process, `ERR_MANAGER_STOPPED`.
   */
  async checkpoint(): Promise<CheckpointReport> {
    const { durability, maintenance, records } = requireEngine(this);
    if (durability !== undefined) return maintenance.checkpoint(durability.checkpoints);
    throw new DormouseError('ERR_INVALID_ARGUMENT', `store ${records.name} ends with the process: it can take no checkpoint`);
  }
}
