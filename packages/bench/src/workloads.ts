import type { AnyBehavior } from '@dormouse/core';
import { repeatOf } from './arithmetic/random.js';

export const WORKLOADS = ['W0', 'W1', 'W2', 'W3', 'W4'] as const;
export type Workload = (typeof WORKLOADS)[number];

/** Rounded to binary32 after every operation, or only when an update stores its fields. */
export const ARITHS = ['f32', 'f64'] as const;
export type Arith = (typeof ARITHS)[number];

/** One session a call (`update`), or many over columns (`updateBatch`). */
export const FORMS = ['session', 'batch'] as const;
export type Form = (typeof FORMS)[number];

const W4_STEPS = 200;

/** Which module computes a workload, in `behaviors/` and in `floor/`. */
const MODULES: Record<Workload, 'idle' | 'light' | 'packets' | 'heavy'> = {
  W0: 'idle',
  W1: 'light',
  W2: 'packets',
  W3: 'heavy',
  W4: 'heavy',
};

/** Steps an update of the session of rank `i` by account id. */
export function stepsOf(workload: Workload, rank: number, sessions: number): number {
  if (workload === 'W3') return repeatOf(rank, sessions);
  return workload === 'W4' ? W4_STEPS : 1;
}

/**
 * URL of the built module for a workload. Its query makes it a module of its own for each workload and each `copy`, so that its
 * functions are compiled for that one alone, from the feedback of that one alone.
 */
export function moduleUrlOf(folder: 'behaviors' | 'floor', workload: Workload, arith: Arith, copy = ''): string {
  const module = MODULES[workload];
  const file = module === 'idle' ? module : `${module}-${arith}`;
  const query = new URLSearchParams(copy === '' ? { workload } : { workload, copy });
  return new URL(`./${folder}/${file}.js?${query}`, import.meta.url).href;
}

export async function behaviorOf(workload: Workload, arith: Arith, form: Form, copy = ''): Promise<AnyBehavior> {
  const module = (await import(moduleUrlOf('behaviors', workload, arith, copy))) as Record<Form, AnyBehavior>;
  return module[form];
}
