import type { AnyBehavior } from '../behavior.js';
import type { SessionTable } from '../memory/session-table.js';
import type { Participant } from '../participant.js';
import type { StateView } from '../runtime/index.js';
import type { RuntimeServices } from '../runtime/services.js';
import { makeRunner, type Runtime } from '../runtime-loader.js';

/** Gives the calling thread's participant a runner for each behaviour; returns the host's views of their states, in the same order. */
export function addRunners(
  caller: Participant,
  runtimes: readonly Runtime[],
  behaviors: readonly AnyBehavior[],
  table: SessionTable,
  services: RuntimeServices,
): StateView[] {
  return runtimes.map((runtime, index) => {
    const parts = { table, services, progress: undefined };
    caller.addBehavior((_progress, faults) => makeRunner(runtime, behaviors[index], { ...parts, faults }));
    return new runtime.State(services);
  });
}
