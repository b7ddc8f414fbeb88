import type { AnyBehavior } from '@dormouse/core';
import { FIRST_ACCOUNT } from './arithmetic/random.js';
import { MANY_STEPS, randomRepeatOf, repeatOf, stepsInHotspot } from './arithmetic/skew.js';
import { isAwakeInW8 } from './arithmetic/sleep.js';
import { COMPARED_WORKLOADS, type ComparedWorkload } from './compare/contender.js';

export const WORKLOADS = COMPARED_WORKLOADS;
export type Workload = ComparedWorkload;

/** Rounded to binary32 after every operation, or only when an update stores its fields. */
export const ARITHS = ['f32', 'f64'] as const;
export type Arith = (typeof ARITHS)[number];

/** Forms that every workload has: one session a call (`update`), or many over columns (`updateBatch`). */
export const FORMS = ['session', 'batch'] as const;
/** Some also have one in WebAssembly, four sessions at a time (`kernel`). */
export type Form = (typeof FORMS)[number] | 'kernel';

type Module = 'idle' | 'light' | 'packets' | 'heavy' | 'objects' | 'hotspot' | 'drain';

/** Which module computes a workload, in `behaviors/`. */
const MODULES: Record<Workload, Module> = {
  W0: 'idle',
  W1: 'light',
  W2: 'packets',
  W3: 'heavy',
  W4: 'heavy',
  W5: 'objects',
  W6: 'heavy',
  W7: 'hotspot',
  W8: 'drain',
};

/** And in `floor/`, where the driver writes into a column how many steps are to be made. */
const FLOOR_MODULES: typeof MODULES = { ...MODULES, W7: 'heavy' };

/** Those that compute nothing that could be rounded. */
const WITHOUT_ARITHMETIC: ReadonlySet<Module> = new Set(['idle', 'objects']);

/** Workloads that have the form `kernel`, in f32. */
export const KERNEL_WORKLOADS: readonly Workload[] = ['W1', 'W3', 'W4', 'W6'];

/** Steps an update of the session of rank `i` by account id, where that is the same in each tick; of W7 what it is without a hotspot. */
export function stepsOf(workload: Workload, rank: number, sessions: number): number {
  if (workload === 'W3') return repeatOf(rank, sessions);
  if (workload === 'W6') return randomRepeatOf(FIRST_ACCOUNT + rank);
  return workload === 'W4' ? MANY_STEPS : 1;
}

/** Steps of the session of a rank in tick t, if it is awake. W0 and W5 make none. */
export function stepsAt(workload: Workload, rank: number, t: number, sessions: number): number {
  if (workload === 'W0' || workload === 'W5') return 0;
  return workload === 'W7' ? stepsInHotspot(rank, t, sessions) : stepsOf(workload, rank, sessions);
}

/** Whether the session of a rank is updated in tick t, where a tick is 100 ms. */
export function isAwake(workload: Workload, rank: number, t: number): boolean {
  return workload !== 'W8' || isAwakeInW8(rank, t);
}

/** Why a workload cannot be run in a form; undefined if it can. */
export function reasonAgainst(workload: Workload, arith: Arith, form: Form): string | undefined {
  if (form !== 'kernel' || (arith === 'f32' && KERNEL_WORKLOADS.includes(workload))) return undefined;
  return `form kernel is there for ${listed(KERNEL_WORKLOADS)} in f32: got ${workload} in ${arith}`;
}

export function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/**
 * URL of the built module for a workload. Its query makes it a module of its own for each workload and each `copy`, so that its
 * functions are compiled for that one alone, from the feedback of that one alone.
 */
export function moduleUrlOf(folder: 'behaviors' | 'floor', workload: Workload, arith: Arith, copy = ''): string {
  const module = (folder === 'floor' ? FLOOR_MODULES : MODULES)[workload];
  const file = WITHOUT_ARITHMETIC.has(module) ? module : `${module}-${arith}`;
  return urlOf(`${folder}/${file}.js`, workload, copy);
}

function urlOf(path: string, workload: Workload, copy: string): string {
  const query = new URLSearchParams(copy === '' ? { workload } : { workload, copy });
  return new URL(`./${path}?${query}`, import.meta.url).href;
}

export async function behaviorOf(workload: Workload, arith: Arith, form: Form, copy = ''): Promise<AnyBehavior> {
  const reason = reasonAgainst(workload, arith, form);
  if (reason !== undefined) throw new RangeError(reason);
  const url =
    form === 'kernel' ? urlOf(`behaviors/${MODULES[workload]}-kernel.js`, workload, copy) : moduleUrlOf('behaviors', workload, arith, copy);
  const module = (await import(url)) as Record<Form, AnyBehavior>;
  return module[form];
}
