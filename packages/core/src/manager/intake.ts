import type { InputTap } from '../recording/observer.js';
import { type HeldBeside, MemorySurvey } from '../session/memory-usage.js';
import type { SessionStore } from '../session/store.js';
import type { TickClock } from '../session/tick-clock.js';
import type { ManagerConfig } from '../settings.js';
import type { WallClock } from '../wall-clock.js';
import { Admissions } from './admission.js';
import type { SessionRegistry } from './session-registry.js';
import type { Hibernation } from './sleep/hibernation.js';
import { Pressure } from './sleep/pressure.js';

export interface IntakeParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly registry: SessionRegistry;
  readonly hibernation: Hibernation;
  readonly inputs: InputTap;
  readonly wallClock: WallClock;
  readonly config: Pick<
    ManagerConfig,
    'enableAutoHibernation' | 'pressureHighPercent' | 'pressureLowPercent' | 'memoryLimitBytes' | 'maintenanceSliceMs'
  >;
  /** Bytes beside those of sessions that have slots. */
  readonly held: () => HeldBeside;
}

/**
 * What a tick begins with, before time advances: first room is made, then accounts come in. What it decides is recorded as if the host had asked
 * for it between ticks, and a replay decides nothing. Main thread only.
 */
export class Intake {
  readonly admissions: Admissions;
  readonly pressure: Pressure;

  constructor(parts: IntakeParts) {
    const { store, registry, hibernation, wallClock, config, held } = parts;
    const { population, changes } = registry;
    const survey = new MemorySurvey(store);
    this.pressure = new Pressure({
      ...parts,
      population,
      isAutomatic: config.enableAutoHibernation,
      sliceMs: config.maintenanceSliceMs,
      highPercent: config.pressureHighPercent,
      lowPercent: config.pressureLowPercent,
      memoryLimitBytes: config.memoryLimitBytes,
      memoryUsage: () => survey.step(held),
      sleeping: {
        mayRest: (slot) => hibernation.mayRest(slot),
        put: (slot) => hibernation.sleepAsked(slot),
      },
    });
    this.admissions = new Admissions({
      plan: (accountId, options) => population.plan(accountId, options),
      create: (planned) => void changes.create(planned),
      makeRoom: () => this.pressure.relieve(true) > 0,
      wallClock,
      maintenanceSliceMs: config.maintenanceSliceMs,
    });
  }

  /** Never throws. */
  run(): void {
    this.pressure.relieve();
    if (!this.admissions.isEmpty) this.admissions.slice();
  }
}
