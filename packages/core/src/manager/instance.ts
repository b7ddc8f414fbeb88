import { isMainThread } from 'node:worker_threads';
import { DormouseError, shown } from '../errors.js';

/** Copies of this package that agree on this number share the instance; it grows when `SessionManager` changes incompatibly. */
const INSTANCE_VERSION = 1;
const KEY = Symbol.for('@dormouse/core.instance');

interface Stoppable {
  shutdown(): Promise<void>;
}

/** What the process remembers of its one manager. */
interface InstanceRecord {
  readonly version: number;
  readonly options: object;
  readonly manager: Promise<Stoppable>;
}

type InstanceHolder = { [KEY]?: InstanceRecord | undefined };

/** The process's manager, started by the first call. Errors as `SessionManager.instance` says. */
export async function sharedInstance<O extends object>(
  options: O | undefined,
  start: (options: O) => Promise<Stoppable>,
): Promise<unknown> {
  if (!isMainThread) {
    throw new DormouseError(
      'ERR_NOT_MAIN_THREAD',
      'SessionManager.instance() belongs to the main thread, not to a worker: hand what a behaviour needs in its state, or start a manager of its own',
    );
  }
  const holder = globalThis as InstanceHolder;
  const record = holder[KEY];
  if (record === undefined) {
    if (options === undefined) {
      throw new DormouseError('ERR_INSTANCE_NOT_STARTED', 'SessionManager.instance() has not been started: give options to the first call');
    }
    return begin(holder, options, start);
  }
  if (record.version !== INSTANCE_VERSION) {
    throw new DormouseError(
      'ERR_INSTANCE_FOREIGN',
      `another copy of @dormouse/core holds the instance (version ${shown(record.version)}, this copy ${INSTANCE_VERSION}): install one copy`,
    );
  }
  if (options !== undefined) requireSame(record.options, options);
  return record.manager;
}

async function begin<O extends object>(holder: InstanceHolder, options: O, start: (options: O) => Promise<Stoppable>): Promise<unknown> {
  const manager = start(options);
  const record: InstanceRecord = { version: INSTANCE_VERSION, options: { ...options }, manager };
  const forget = (): void => {
    if (holder[KEY] === record) holder[KEY] = undefined;
  };
  holder[KEY] = record;
  try {
    const started = await manager;
    onShutdown(started, forget);
    return started;
  } catch (error) {
    forget();
    throw error;
  }
}

/** Forgets the instance as soon as its shutdown begins, so that the next call with options starts anew. */
function onShutdown(manager: Stoppable, forget: () => void): void {
  const shutdown = manager.shutdown.bind(manager);
  manager.shutdown = () => {
    forget();
    return shutdown();
  };
}

function requireSame(before: object, now: object): void {
  const first = before as Record<string, unknown>;
  const second = now as Record<string, unknown>;
  for (const key of new Set([...Object.keys(first), ...Object.keys(second)])) {
    if (Object.is(first[key], second[key])) continue;
    throw new DormouseError(
      'ERR_INSTANCE_OPTIONS',
      `SessionManager.instance() runs with ${key} = ${shown(first[key])}: got ${shown(second[key])}; leave the options out, or shut it down first`,
    );
  }
}
