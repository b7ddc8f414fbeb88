import type { AnyBehavior } from '../behavior.js';
import { checkSetting } from '../config.js';
import { DormouseError, shown } from '../errors.js';
import type { Shareable } from '../memory/shared-buffers.js';
import type { ManagerConfig } from '../settings.js';
import { partsOf, requireEngine } from './manager-parts.js';
import { ManagerHibernation } from './sleep/manager-hibernation.js';

/** What can be set while a manager runs: see {@link SessionManager}. */
export abstract class ManagerSettingsAtRunTime<B extends AnyBehavior = AnyBehavior> extends ManagerHibernation<B> {
  /** What it was started with, settings changed since included. */
  get config(): ManagerConfig {
    const { engine, options } = partsOf(this);
    return engine === undefined ? options.config : { ...options.config, ...engine.settings() };
  }

  /** Sessions a batch, 1…256. From the next tick on. */
  setUpdateBatchSize(size: number): void {
    requireEngine(this).setUpdateBatchSize(checkSetting('updateBatchSize', size));
  }

  /**
   * Most sessions there may be awake, 1…`sessionCeiling`. Below the present count it refuses new ones and drops none; with
   * `enableAutoHibernation` those that are too many are put to sleep, the least recently active first.
   */
  setMaxConcurrentSessions(count: number): void {
    const { sessionCeiling } = partsOf(this).options.config;
    if (!Number.isInteger(count) || count < 1 || count > sessionCeiling) {
      throw new DormouseError(
        'ERR_CONFIG_INVALID',
        `maxConcurrentSessions must be an integer 1…${sessionCeiling} (the ceiling reserved at start): got ${shown(count)}`,
      );
    }
    requireEngine(this).registry.changes.setMaxConcurrentSessions(count);
  }

  /**
   * Worker threads from now on, 0…255; 0: the scheduler decides. Waits for a tick in flight; one asked for meanwhile waits for it.
   * Rejects with `ERR_SCHEDULER_UNSUPPORTED` on a scheduler whose workers cannot be changed, unless `count` is 0.
   */
  async setWorkerThreadCount(count: number): Promise<void> {
    await requireEngine(this).resize(checkSetting('workerThreads', count));
  }

  /** Minutes of simulated time after which an idle session may be put to sleep, 1…71 582. */
  setHibernationThreshold(minutes: number): void {
    const { hibernation, inputs } = requireEngine(this);
    hibernation.thresholdMinutes = checkSetting('hibernationThresholdMinutes', minutes);
    inputs.observer?.thresholdSet(minutes);
  }

  /**
   * Hands `source` to all sessions, in every thread: they get it by `session.shared(name)`, to be read only (which nothing enforces). Given
   * a name that is taken it replaces what that stood for. While a tick is in flight it waits for its end.
   *
   * What lies on a `SharedArrayBuffer` is not copied: whoever writes to it while a tick is in flight makes sessions see one thing or the
   * other, by chance. Anything else is copied when this is called; what is written to the original later is not seen. Sessions get a view
   * of the type given (`Float32Array`, `DataView`, …), a `Uint8Array` for a bare buffer. Throws `ERR_INVALID_ARGUMENT` for what is neither.
   */
  shared(name: string, source: Shareable): void {
    requireEngine(this).shared.share(name, source);
  }
}
