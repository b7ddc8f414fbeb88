import { isMainThread } from 'node:worker_threads';
import { type AnyBehavior, isBehavior } from './behavior.js';
import { DormouseError } from './errors.js';
import { reasonOfImportFailure } from './import-failure.js';
import type { Field } from './layout/field.js';

/**
 * What a thread needs to find a behaviour: plain values that may be posted to it. Two behaviours with the same `layout` keep their
 * state in the same places of the shared memory.
 */
export interface BehaviorDescriptor {
  /** The module, as the behaviour gave it to `defineBehavior`. */
  readonly url: string;
  /** Which of the module's behaviours. */
  readonly name: string;
  /** Its state fields in their order, each as `name: type`; without their initial values, which the host alone uses. */
  readonly layout: readonly string[];
}

/** How threads find the behaviour. */
export function describeBehavior(behavior: AnyBehavior): BehaviorDescriptor {
  const fields: Readonly<Record<string, Field>> = behavior.definition.state;
  return {
    url: behavior.url,
    name: behavior.name,
    layout: Object.entries(fields).map(([name, field]) => `${name}: ${typeOf(field)}`),
  };
}

/**
 * Imports a behaviour's module on the calling thread and finds the behaviour in it: among the exports by the behaviour's own name,
 * whatever the export is called. It is the host's in name and layout, or this throws `ERR_BEHAVIOR_IMPORT` with the cause, saying what
 * is wrong and what to do: no such module, TypeScript that this Node.js does not run, no behaviour of that name, other fields.
 */
export async function importBehavior(descriptor: BehaviorDescriptor): Promise<AnyBehavior> {
  const { url, name } = descriptor;
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await import(url);
  } catch (cause) {
    throw failed(descriptor, reasonOfImportFailure(cause, url, 'behaviour'), cause);
  }
  const found = behaviorsAmong(exported);
  const behavior = found.find((candidate) => candidate.name === name);
  if (behavior === undefined) throw failed(descriptor, reasonOfAbsence(found, Object.keys(exported)));
  const difference = differenceBetween(describeBehavior(behavior).layout, descriptor.layout);
  if (difference !== undefined) {
    throw failed(
      descriptor,
      `its state there is not the one that the host has: ${difference}. The file may be from an older build, or the URL given to ` +
        'defineBehavior may name another file',
    );
  }
  return behavior;
}

/**
 * What a worker thread does first: imports the modules of `workerSetup`, one after the other, and only then the behaviours, in the
 * order of `descriptors`. Throws `ERR_BEHAVIOR_IMPORT` with the cause at the first that fails. `onImport` is told each URL before it is
 * imported.
 *
 * A worker thread that has called this starts no manager any more: a module that does so when it is imported, such as a bundle of the
 * whole program, would start threads that import it again, without end.
 */
export async function importBehaviors(
  descriptors: readonly BehaviorDescriptor[],
  { workerSetup = [], onImport }: { readonly workerSetup?: readonly string[]; readonly onImport?: (url: string) => void } = {},
): Promise<AnyBehavior[]> {
  if (!isMainThread) (globalThis as ImportingThread)[IMPORTS] = true;
  for (const url of workerSetup) {
    onImport?.(url);
    try {
      await import(url);
    } catch (cause) {
      throw new DormouseError('ERR_BEHAVIOR_IMPORT', `workerSetup ${url} failed: ${reasonOfImportFailure(cause, url, 'setup')}`, { cause });
    }
  }
  const behaviors: AnyBehavior[] = [];
  for (const descriptor of descriptors) {
    onImport?.(descriptor.url);
    behaviors.push(await importBehavior(descriptor));
  }
  return behaviors;
}

/** Marks the threads that have imported behaviours, for every installed copy of the package. */
const IMPORTS = Symbol.for('@dormouse/core.imports-behaviors');

type ImportingThread = { [IMPORTS]?: boolean };

/** Throws `ERR_NOT_MAIN_THREAD` in a thread that has imported behaviours: it belongs to a scheduler. */
export function refuseManagerInImportingThread(): void {
  if ((globalThis as ImportingThread)[IMPORTS] === true) {
    throw new DormouseError('ERR_NOT_MAIN_THREAD', 'a manager was started in a thread that is there to run behaviours');
  }
}

/** Every member that decides where a field lies or how it is read: all numbers and marks, but for its initial value. */
function typeOf(field: Field): string {
  const { kind, element, length, initial: _, hasInitial: __, ...others } = field as Field & { readonly hasInitial?: boolean };
  const type = kind === 'number' ? element : kind;
  const size = length === undefined ? '' : `[${length}]`;
  const marks = Object.entries(others).flatMap(([key, value]) => {
    if (value === true) return [` ${key}`];
    return typeof value === 'number' ? [` ${key}=${value}`] : [];
  });
  return `${type}${size}${marks.sort().join('')}`;
}

/** A CommonJS module that was compiled from `export` may have them all in its default. */
function behaviorsAmong(exported: Readonly<Record<string, unknown>>): AnyBehavior[] {
  const { default: whole } = exported;
  const inner = typeof whole === 'object' && whole !== null && !isBehavior(whole) ? Object.values(whole) : [];
  return [...new Set([...Object.values(exported), ...inner].filter(isBehavior))];
}

function reasonOfAbsence(found: readonly AnyBehavior[], names: readonly string[]): string {
  if (found.length > 0) return `that module exports no behaviour of this name, but ${found.map(({ name }) => `"${name}"`).join(', ')}`;
  const exports = names.length === 0 ? 'nothing' : `only ${names.join(', ')}`;
  return (
    `that module exports no behaviour: ${exports}. Export the behaviour; if the module is a bundle, import.meta.url is the bundle itself: ` +
    "build the behaviour's module as an entry of its own and give defineBehavior its URL, such as new URL('./walker.js', import.meta.url)"
  );
}

function differenceBetween(there: readonly string[], host: readonly string[]): string | undefined {
  for (let index = 0; index < Math.max(there.length, host.length); index++) {
    const [mine, theirs] = [there[index], host[index]];
    if (mine !== theirs) return `field ${index + 1} is ${quoted(mine)} there and ${quoted(theirs)} at the host`;
  }
  return undefined;
}

function quoted(field: string | undefined): string {
  return field === undefined ? 'missing' : `"${field}"`;
}

function failed({ name, url }: BehaviorDescriptor, reason: string, cause?: unknown): DormouseError {
  const message = `behaviour "${name}" cannot be imported from ${url}: ${reason}`;
  return new DormouseError('ERR_BEHAVIOR_IMPORT', message, cause === undefined ? {} : { cause });
}
