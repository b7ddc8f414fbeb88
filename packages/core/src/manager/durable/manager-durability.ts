import { ManagerMetrics } from '../manager-metrics.js';
import { partsOf } from '../manager-parts.js';
import type { ResumeReport } from './resume.js';

/** What a manager has of a store that outlives the process: see {@link SessionManager}. */
export abstract class ManagerDurability extends ManagerMetrics {
  /** What came back from the store; undefined unless the manager was started with `resume: true` and a store that outlives the process. */
  get resumed(): ResumeReport | undefined {
    return partsOf(this).resumed;
  }
}
