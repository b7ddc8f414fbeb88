import type { Gate } from '../memory/gate.js';
import type { SchedulerHost } from '../scheduler.js';
import type { ThreadLauncher } from './launcher.js';
import type { CheckedResidentOptions } from './options.js';

/** What a crew works with. */
export interface CrewParts {
  readonly host: SchedulerHost;
  readonly launcher: ThreadLauncher;
  readonly gate: Gate;
  readonly options: CheckedResidentOptions;
}
