import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkKernel, type Kernel } from './behavior-kernel/kernel.js';
import { DormouseError, shown } from './errors.js';
import { type Fields, layOut, type StateLayout } from './layout/state-layout.js';
import type { Session, SessionBatch } from './session-api.js';

/** What there is before there are sessions. */
export interface SetupContext {
  /** What the manager was started with by option `shared`, in this thread's view. Throws `ERR_SHARED_UNKNOWN`. */
  shared<T = ArrayBufferView>(name: string): T;
}

/** What a behaviour consists of. */
export interface BehaviorDefinition<F extends Fields, Init> {
  /** Tells behaviours of one module apart, and names this one in errors and metrics. Default: the module's file name. */
  readonly name?: string;
  /** The fields of a session's state. */
  readonly state: F;
  /**
   * Number of the shape of `state`, 0…65 535, default 0. To be raised with every change of the fields, so that `migrate` can tell records by it that a
   * durable store has kept from before.
   */
  readonly version?: number;
  /**
   * Makes a state of this version's fields of one that was stored by an older version (`fromVersion`). `state` has that one's fields by name: numbers, texts, arrays as plain
   * arrays, of data fields the values, undefined where none but the initial one was ever stored. What is returned, which may be `state` itself, has values for fields of now; those that it
   * has not are as in a new session, and names of no field, values of another type and such as have no room are refused. Timers, counters, packets and all else of the session
   * stay as they are.
   *
   * Runs when the session wakes, on the host's thread, synchronously. Of the same arguments it must make the same each time: it may be asked again, where a digest is
   * taken and where the process dies before the session is stored anew. Throwing refuses the record (`ERR_RECORD_MIGRATION`), which is kept, and tried again when the
   * store is opened the next time.
   */
  readonly migrate?: (fromVersion: number, state: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /**
   * Once in each thread, before anything else of the behaviour runs there: load what all its sessions share. Once even where several managers
   * run the behaviour: it gets what the first of them was started with. What differs from manager to manager, or comes later, is for
   * `session.shared`.
   */
  readonly setup?: (context: SetupContext) => void | Promise<void>;
  /**
   * A session has just been created, its fields at their initial values. Runs on the host's thread, synchronously.
   * Throwing undoes the creation.
   */
  readonly create?: (session: Session<F>, init: Init | undefined) => void;
  /** A session is about to be released. Runs on the host's thread, synchronously. */
  readonly release?: (session: Session<F>) => void;
  /**
   * A session is about to fall asleep; `false` keeps it awake, and it counts as active now. Messages it sends here are delivered at once,
   * packets are handed out when the next tick ends. Throwing keeps it awake too, and is reported. Runs on the host's thread, synchronously.
   */
  readonly hibernate?: (session: Session<F>) => unknown;
  /** One session's update: once a tick for each active session, on whichever thread claims it. Synchronous. */
  readonly update?: (session: Session<F>, diffMs: number) => void;
  /** Many sessions' update in one call, over columns, for rows of one block at a time. Runs instead of `update`. */
  readonly updateBatch?: (batch: SessionBatch<F>, diffMs: number) => void;
  /** A WebAssembly module over hot fields, in place of `update` and `updateBatch`, which a behaviour with a kernel must not have. */
  readonly kernel?: Kernel;
}

const MARKER = Symbol.for('@dormouse/core.behavior');

/**
 * A behaviour: what its sessions hold and what they do in an update. It carries the URL of its module: the inline scheduler
 * uses this very object, workers import the module and find it there.
 */
export interface Behavior<F extends Fields = Fields, Init = unknown> {
  readonly name: string;
  /** See {@link BehaviorDefinition.version}. */
  readonly version: number;
  readonly url: string;
  readonly definition: BehaviorDefinition<F, Init>;
  readonly layout: StateLayout;
}

// biome-ignore lint/suspicious/noExplicitAny: any behaviour, whatever its fields and init value
export type AnyBehavior = Behavior<any, any>;

/** Fields of a behaviour. */
export type FieldsOf<B> = B extends { readonly definition: { readonly state: infer F extends Fields } } ? F : never;
/** Init value of a behaviour's `create`. */
// biome-ignore lint/suspicious/noExplicitAny: whatever its fields
export type InitOf<B> = B extends Behavior<any, infer Init> ? Init : never;

/**
 * Defines a behaviour. Export it from a module of its own, and give that module's `import.meta.url`: a worker imports it
 * from there.
 *
 * ```js
 * export default defineBehavior(import.meta.url, {
 *   state: { x: f32(), speed: f32({ initial: 1.4 }) },
 *   update(session, diffMs) {
 *     session.state.x += (session.state.speed * diffMs) / 1000;
 *   },
 * });
 * ```
 *
 * Throws `ERR_BEHAVIOR_INVALID` or `ERR_FIELD_INVALID`, naming what is wrong.
 */
export function defineBehavior<const F extends Fields, Init = unknown>(
  moduleUrl: string | URL,
  definition: BehaviorDefinition<F, Init>,
): Behavior<F, Init> {
  const url = moduleHref(moduleUrl);
  if (typeof definition !== 'object' || definition === null) {
    throw invalid(`a behaviour's definition must be an object: got ${shown(definition)}`);
  }
  for (const member of Object.keys(definition)) {
    if (!MEMBERS.has(member)) throw invalid(`unknown member ${shown(member)} in a behaviour: known are ${[...MEMBERS].join(', ')}`);
  }
  for (const member of HOOKS) {
    const hook = definition[member];
    if (hook !== undefined && typeof hook !== 'function') throw invalid(`${member} must be a function: got ${shown(hook)}`);
  }
  const name = definition.name ?? baseName(url);
  if (typeof name !== 'string' || name === '') throw invalid(`name of a behaviour must be a text that is not empty: got ${shown(name)}`);
  const { kernel, version = 0 } = definition;
  if (!Number.isInteger(version) || version < 0 || version > MAX_BEHAVIOR_VERSION) {
    throw invalid(`version of behaviour ${shown(name)} must be an integer 0…${MAX_BEHAVIOR_VERSION}: got ${shown(version)}`);
  }
  const hasUpdate = definition.update !== undefined || definition.updateBatch !== undefined;
  if (!hasUpdate && kernel === undefined) throw invalid(`behaviour ${shown(name)} must have update, updateBatch or kernel`);
  if (hasUpdate && kernel !== undefined)
    throw invalid(`behaviour ${shown(name)} must have no update beside its kernel, which runs in its place`);
  const layout = layOut(definition.state);
  if (kernel !== undefined) checkKernel(kernel, layout);
  const behavior: Behavior<F, Init> = { name, version, url, definition, layout };
  Object.defineProperty(behavior, MARKER, { value: true });
  return Object.freeze(behavior);
}

/** True for a behaviour from any installed copy of the package. */
export function isBehavior(value: unknown): value is AnyBehavior {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[MARKER] === true;
}

const HOOKS = ['setup', 'create', 'release', 'hibernate', 'migrate', 'update', 'updateBatch'] as const;
const MEMBERS: ReadonlySet<string> = new Set(['name', 'state', 'version', ...HOOKS, 'kernel']);
const MAX_BEHAVIOR_VERSION = 65_535;

function moduleHref(moduleUrl: string | URL): string {
  if (typeof moduleUrl !== 'string' && !(moduleUrl instanceof URL)) {
    throw invalid(`the first argument of defineBehavior must be import.meta.url, a URL or an absolute path: got ${shown(moduleUrl)}`);
  }
  const href = String(moduleUrl);
  if (/^[a-z][a-z0-9+.-]+:/i.test(href) && URL.canParse(href)) return new URL(href).href;
  if (isAbsolute(href)) return pathToFileURL(href).href;
  throw invalid(`a behaviour's module must be given as import.meta.url, a URL or an absolute path: got ${shown(href)}`);
}

function baseName(url: string): string {
  const path = url.startsWith('file:') ? fileURLToPath(url) : new URL(url).pathname;
  return (path.split(/[\\/]/).pop() ?? '').replace(/\.[^.]*$/, '') || 'behavior';
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_BEHAVIOR_INVALID', message);
}
