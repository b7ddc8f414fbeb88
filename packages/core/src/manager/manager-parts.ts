import type { AnyBehavior } from '../behavior.js';
import type { CheckedOptions } from '../config.js';
import { DormouseError } from '../errors.js';
import type { ResumeReport } from './durable/resume.js';
import type { Engine } from './engine.js';

/** What a manager consists of. */
export interface ManagerParts {
  options: CheckedOptions<AnyBehavior>;
  /** None while the manager is disabled, and once it has been shut down. */
  engine: Engine | undefined;
  isStopping: boolean;
  /** What a store that outlives the process has given back. */
  resumed: ResumeReport | undefined;
}

/** Not fields of the classes: the declarations that users compile against would come to contain all that a manager is made of. */
const partsOfManagers = new WeakMap<object, ManagerParts>();

export function setParts(manager: object, parts: ManagerParts): void {
  partsOfManagers.set(manager, parts);
}

export function partsOf(manager: object): ManagerParts {
  const parts = partsOfManagers.get(manager);
  if (parts === undefined) throw new DormouseError('ERR_INVALID_ARGUMENT', 'a method of SessionManager was called on something else');
  return parts;
}

/** Throws `ERR_MANAGER_STOPPED`, `ERR_MANAGER_DISABLED`. */
export function requireEngine(manager: object): Engine {
  const { engine, isStopping, options } = partsOf(manager);
  if (engine !== undefined && !isStopping) return engine;
  if (!options.config.enabled) {
    throw new DormouseError('ERR_MANAGER_DISABLED', 'this manager is disabled (enabled = false, Playerbot.Enable = 0)');
  }
  throw stopped();
}

export function stopped(): DormouseError {
  return new DormouseError('ERR_MANAGER_STOPPED', 'this manager has been shut down');
}
