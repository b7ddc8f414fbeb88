import { readFile } from 'node:fs/promises';
import type { AnyBehavior } from '../behavior.js';
import { DormouseError, messageOf, shown } from '../errors.js';
import type { KernelFunction } from '../runtime/kernel-runner.js';
import { DEFAULT_EXPORT, hotOffsets, type Kernel } from './kernel.js';
import { type FunctionType, type MemoryLimits, readSections, type WasmImport, type WasmSections } from './wasm-sections.js';

/** A behaviour's kernel in one thread: compiled, and found to be what a kernel must be. */
export interface LoadedKernel {
  readonly behavior: AnyBehavior;
  readonly kernel: Kernel;
  readonly module: WebAssembly.Module;
  /** Of the memory that it imports. */
  readonly limits: MemoryLimits;
}

const SIGNATURE: FunctionType = { parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'f64', 'f64'], results: [] };
const ALLOWED = 'a kernel may import env.memory, globals layout.<hot field>, and globals params.<name>';

/**
 * Compiles a behaviour's kernel in the calling thread; undefined if it has none. Throws `ERR_KERNEL_INVALID` naming the behaviour, its module
 * and what is wrong with it.
 */
export async function loadKernel(behavior: AnyBehavior): Promise<LoadedKernel | undefined> {
  const kernel: Kernel | undefined = behavior.definition.kernel;
  if (kernel === undefined) return undefined;
  const bytes = await bytesOf(behavior, kernel.module);
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes);
  } catch (cause) {
    throw invalid(behavior, `it is no WebAssembly module that this Node.js runs: ${messageOf(cause)}`, cause);
  }
  const sections = readSections(bytes);
  if (sections === undefined) throw invalid(behavior, 'it has types other than those of functions over numbers');
  const limits = checkImports(behavior, kernel, sections);
  checkContents(behavior, sections);
  checkExport(behavior, kernel, sections);
  return { behavior, kernel, module, limits };
}

/**
 * The kernel over one table's memory. Throws `ERR_KERNEL_INVALID` if it cannot be bound to that: its memory may be too small or too large, or
 * it may run out of address space.
 */
export function instantiateKernel({ behavior, kernel, module, limits }: LoadedKernel, memory: WebAssembly.Memory): KernelFunction {
  const pages = memory.buffer.byteLength / 65_536;
  const { least, most = 0 } = limits;
  if (least > pages)
    throw invalid(behavior, `env.memory is declared with at least ${least} pages, and the session table has ${pages}: declare 1`);
  if (most < pages) {
    throw invalid(behavior, `env.memory is declared with at most ${most} pages, and the session table has ${pages}: declare 65536`);
  }
  try {
    const layout = Object.fromEntries(hotOffsets(behavior.layout));
    const { exports } = new WebAssembly.Instance(module, { env: { memory }, layout, params: kernel.params ?? {} });
    return exports[kernel.export ?? DEFAULT_EXPORT] as KernelFunction;
  } catch (cause) {
    throw invalid(behavior, messageOf(cause), cause);
  }
}

async function bytesOf(behavior: AnyBehavior, module: Kernel['module']): Promise<Uint8Array> {
  if (!(module instanceof URL)) {
    // A copy: whoever gave them may change them, and shared ones are not compiled.
    return Uint8Array.from(
      ArrayBuffer.isView(module)
        ? new Uint8Array(module.buffer, module.byteOffset, module.byteLength)
        : new Uint8Array(module, 0, module.byteLength),
    );
  }
  try {
    return module.protocol === 'file:' ? await readFile(module) : new Uint8Array(await (await fetch(module)).arrayBuffer());
  } catch (cause) {
    throw invalid(behavior, `it cannot be read: ${messageOf(cause)}`, cause);
  }
}

/** Gives the limits of the memory that it imports. */
function checkImports(behavior: AnyBehavior, { params = {} }: Kernel, { imports }: WasmSections): MemoryLimits {
  const hot = hotOffsets(behavior.layout).map(([name]) => name);
  let limits: MemoryLimits | undefined;
  for (const imported of imports) {
    const { module, name, kind } = imported;
    if (module === 'env' && name === 'memory' && kind === 'memory') limits = imported.limits;
    else if (kind === 'global' && module === 'layout') checkGlobal(behavior, imported, ['i32'], hot, 'the hot fields of the behaviour');
    else if (kind === 'global' && module === 'params') {
      checkGlobal(behavior, imported, ['i32', 'f32', 'f64'], Object.keys(params), 'the params of the kernel');
      if (imported.global?.type === 'i32' && !isWord(params[name])) {
        throw invalid(behavior, `it imports params.${name} as i32, an integer −2147483648…4294967295: got ${params[name]}`);
      }
    } else {
      const hint = name === 'abort' ? '; leave it out with the option --use abort= of AssemblyScript' : '';
      throw invalid(behavior, `it imports ${module}.${name} (${kind}): ${ALLOWED}${hint}`);
    }
  }
  const unused = Object.keys(params).find((param) => !imports.some(({ module, name }) => module === 'params' && name === param));
  if (unused !== undefined) throw invalid(behavior, `it does not import params.${unused}, which the behaviour gives it`);
  if (limits === undefined) {
    throw invalid(behavior, 'it does not import env.memory: AssemblyScript does with the options --importMemory --sharedMemory');
  }
  if (!limits.shared) throw invalid(behavior, 'env.memory is declared as a memory that is not shared: it must be shared');
  if (limits.has64Bits) throw invalid(behavior, 'env.memory is declared with addresses of 64 bits: it must have 32');
  return limits;
}

function checkGlobal(
  behavior: AnyBehavior,
  { module, name, global }: WasmImport,
  types: readonly string[],
  names: readonly string[],
  what: string,
): void {
  if (!names.includes(name)) throw invalid(behavior, `it imports ${module}.${name}: ${what} are ${names.join(', ') || 'none'}`);
  if (global?.mutable === true) throw invalid(behavior, `it imports ${module}.${name} as a global that changes: it must be a constant`);
  if (!types.includes(global?.type ?? '')) {
    throw invalid(behavior, `it imports ${module}.${name} as ${global?.type}: it must be ${types.join(', ')}`);
  }
}

function isWord(value: number): boolean {
  return Number.isInteger(value) && value >= -0x8000_0000 && value <= 0xffff_ffff;
}

/** Whatever would write to the table when it is instantiated. */
function checkContents(behavior: AnyBehavior, { ownMemories, dataSegments, hasStart }: WasmSections): void {
  if (ownMemories > 0) throw invalid(behavior, 'it has a memory of its own: it must have that of the session table alone');
  if (dataSegments > 0) {
    throw invalid(behavior, `it has ${dataSegments} data segments (texts, arrays, tables): they would be written over the session table`);
  }
  if (hasStart) throw invalid(behavior, 'it has a start function: nothing of a kernel may run before it is called');
}

function checkExport(behavior: AnyBehavior, { export: exported = DEFAULT_EXPORT }: Kernel, { functions }: WasmSections): void {
  const type = functions.get(exported);
  if (type === undefined) {
    throw invalid(behavior, `it exports no function ${shown(exported)}, but ${[...functions.keys()].map(shown).join(', ') || 'none'}`);
  }
  const [found, wanted] = [type, SIGNATURE].map(shownType);
  if (found !== wanted) throw invalid(behavior, `${exported} must be a function ${wanted}: it is ${found}`);
}

function shownType({ parameters, results }: FunctionType): string {
  return `(${parameters.join(', ')}) → ${results.join(', ') || 'nothing'}`;
}

function invalid({ name, definition }: AnyBehavior, reason: string, cause?: unknown): DormouseError {
  const { module } = definition.kernel as Kernel;
  const where = module instanceof URL && module.protocol === 'file:' ? ` (${module.href})` : '';
  const details = cause === undefined ? {} : { cause };
  return new DormouseError('ERR_KERNEL_INVALID', `the kernel of behaviour ${shown(name)}${where} cannot be used: ${reason}`, details);
}
