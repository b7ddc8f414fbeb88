import { isArrayBuffer } from 'node:util/types';
import type { Behavior } from '../behavior.js';
import { DormouseError, shown } from '../errors.js';
import { ELEMENT_BYTES } from '../layout/field.js';
import type { Fields, StateLayout } from '../layout/state-layout.js';

/**
 * A WebAssembly function that updates the rows of one block at a time, over hot fields, in place of `update` and `updateBatch`. docs/kernels.md
 * says how it is called, what it may import, and what it must leave alone.
 */
export interface Kernel {
  /** Where the module is, as a `file:` or `data:` URL, or its bytes. Compiled once in each thread. */
  readonly module: URL | ArrayBuffer | ArrayBufferView;
  /** The function's name among the module's exports. Default `updateBatch`. */
  readonly export?: string;
  /** Values of the globals that the module imports from `params`, each finite. */
  readonly params?: Readonly<Record<string, number>>;
}

export const DEFAULT_EXPORT = 'updateBatch';
const MEMBERS: readonly string[] = ['module', 'export', 'params'];

/**
 * Where a kernel finds the columns of hot fields: bytes from the `page` that it is called with. Element k of row r is
 * `offset + (r × length + k) × bytes` behind it, with `length` 1 for fields that are no arrays. The same in every block, thread and run; it
 * changes when hot fields are added, removed, or change their type or order.
 *
 * A module need not have these numbers in its source: it may import them, as globals of the same names from `layout`.
 */
export function kernelLayout<F extends Fields>({ layout }: Pick<Behavior<F>, 'layout'>): { readonly [K in keyof F]?: number } {
  return Object.fromEntries(hotOffsets(layout)) as { [K in keyof F]?: number };
}

export function hotOffsets({ columns }: StateLayout): [string, number][] {
  return columns.filter(({ hot }) => hot).map(({ name, offset, element }) => [name, offset * ELEMENT_BYTES[element]]);
}

/** Throws `ERR_BEHAVIOR_INVALID` unless `kernel` has the form of one; what its module is shows when it is loaded. */
export function checkKernel(kernel: unknown, layout: StateLayout): void {
  if (typeof kernel !== 'object' || kernel === null) throw invalid(`kernel must be an object such as { module }: got ${shown(kernel)}`);
  for (const member of Object.keys(kernel)) {
    if (!MEMBERS.includes(member)) throw invalid(`unknown member ${shown(member)} in a kernel: known are ${MEMBERS.join(', ')}`);
  }
  const { module, export: exported = DEFAULT_EXPORT, params = {} } = kernel as Partial<Record<keyof Kernel, unknown>>;
  if (module instanceof URL) {
    if (module.protocol !== 'file:' && module.protocol !== 'data:') {
      throw invalid(`module of a kernel must be a file: or data: URL: got ${shown(module.href)}`);
    }
  } else if (!isArrayBuffer(module) && !ArrayBuffer.isView(module)) {
    throw invalid(`module of a kernel must be a URL, such as new URL('./walk.wasm', import.meta.url), or bytes: got ${shown(module)}`);
  }
  if (typeof exported !== 'string' || exported === '')
    throw invalid(`export of a kernel must be the name of a function: got ${shown(exported)}`);
  if (typeof params !== 'object' || params === null) throw invalid(`params of a kernel must be an object of numbers: got ${shown(params)}`);
  for (const [name, value] of Object.entries(params)) {
    if (!Number.isFinite(value)) throw invalid(`params.${name} of a kernel must be a finite number: got ${shown(value)}`);
  }
  if (layout.hotTypes.size === 0)
    throw invalid('a behaviour with a kernel must have a field with { hot: true }: a kernel reaches no other');
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_BEHAVIOR_INVALID', message);
}
