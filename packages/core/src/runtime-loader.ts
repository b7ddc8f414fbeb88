import type { AnyBehavior, SetupContext } from './behavior.js';
import { instantiateKernel, type LoadedKernel, loadKernel } from './behavior-kernel/load.js';
import { DormouseError, messageOf } from './errors.js';
import type { SessionTable } from './memory/session-table.js';
import { type SharedViews, sharedUnder } from './memory/shared-buffers.js';
import type { SegmentRunner } from './participant.js';
import type * as RuntimeModule from './runtime/index.js';
import type { RuntimeServices } from './runtime/services.js';

type RuntimeCopy = typeof RuntimeModule;

/** What one behaviour's functions are compiled together with, of its own. */
export interface Runtime {
  readonly Runner: RuntimeCopy['Runner'];
  readonly KernelRunner: RuntimeCopy['KernelRunner'];
  /** Its state's class. One for all managers: with a class each, accessors see many shapes and updates take 15 times as long. */
  readonly State: ReturnType<RuntimeCopy['defineStateClass']>;
  /** Compiled, where the behaviour has one. */
  readonly kernel: LoadedKernel | undefined;
}

/** Copies made before they are shared again: each is some 20 KB of source that a process never lets go. */
const MOST_COPIES = 128;

const copies = new WeakMap<AnyBehavior, Promise<Runtime>>();
const setups = new WeakMap<AnyBehavior, Promise<void>>();
let copiesMade = 0;

/**
 * Imports the runtime under a query of the behaviour's own, so that V8 keeps feedback for each behaviour apart (decision 0003).
 * The same behaviour gets the same copy for as long as it lives, whatever managers it has. Once for each thread. Throws `ERR_KERNEL_INVALID`.
 */
export function runtimeFor(behavior: AnyBehavior): Promise<Runtime> {
  let runtime = copies.get(behavior);
  if (runtime === undefined) {
    const url = new URL(`./runtime.js?behavior=${copiesMade++ % MOST_COPIES}`, import.meta.url);
    runtime = load(url, behavior);
    copies.set(behavior, runtime);
    // Whoever asks again reads the kernel's file again. (The caller hears of the failure.)
    runtime.catch(() => copies.delete(behavior));
  }
  return runtime;
}

async function load(url: URL, behavior: AnyBehavior): Promise<Runtime> {
  const { Runner, KernelRunner, defineStateClass } = (await import(url.href)) as RuntimeCopy;
  return { Runner, KernelRunner, State: defineStateClass(behavior.layout), kernel: await loadKernel(behavior) };
}

/** What a runner works on and reports to, beside its behaviour. */
export interface RunnerParts {
  readonly table: SessionTable;
  readonly services: RuntimeServices;
  readonly progress: Int32Array | undefined;
  readonly faults: RuntimeModule.FaultSink;
}

/** What runs a behaviour's sessions in one thread of one manager. Throws `ERR_KERNEL_INVALID` for a kernel that does not fit the table's memory. */
export function makeRunner(
  { Runner, KernelRunner, State, kernel }: Runtime,
  { layout, definition }: AnyBehavior,
  { table, services, progress, faults }: RunnerParts,
): SegmentRunner {
  const runner = new Runner(layout, State, definition, services, progress, faults);
  if (kernel === undefined) return runner;
  return new KernelRunner(runner, instantiateKernel(kernel, table.memory), services.tick, table, progress, faults);
}

/**
 * Runs the behaviour's `setup` once in this thread, however many managers use it, with what the first of them shares. One that failed runs
 * again next time. Throws `ERR_START_FAILED` with the cause.
 */
export async function setUpBehavior(behavior: AnyBehavior, shared: SharedViews): Promise<void> {
  let setup = setups.get(behavior);
  if (setup === undefined) {
    setup = (async () => behavior.definition.setup?.(contextOf(shared)))();
    setups.set(behavior, setup);
  }
  try {
    await setup;
  } catch (cause) {
    if (setups.get(behavior) === setup) setups.delete(behavior);
    throw new DormouseError('ERR_START_FAILED', `setup of behaviour ${behavior.name} failed: ${messageOf(cause)}`, { cause });
  }
}

function contextOf(shared: SharedViews): SetupContext {
  return { shared: <T>(name: string) => sharedUnder(name, shared) as T };
}
