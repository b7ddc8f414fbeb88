import type { CompareResult } from '../compare/result.js';

/** Facts of a run by name, which those published together share. Rounds and launches, and with them the confidence, may differ: then it is said. */
function factsOf({ machine, versions, settings, commit }: CompareResult): ReadonlyMap<string, string> {
  return new Map([
    ['machine', `${machine.cores} × ${machine.cpu}, ${machine.arch}, ${machine.os}`],
    ['Node.js', versions.node],
    ['V8', versions.v8],
    ['commit', commit ?? 'not known'],
    ['roundMs', String(settings.roundMs)],
    ['warmUpMs', String(settings.warmUpMs)],
    ['diffMs', String(settings.diffMs)],
    ...(versions.native === null ? [] : [['native program', versions.native] as const]),
    ...Object.entries(versions.packages),
  ]);
}

/** Why these cannot be published as one; undefined if they can. What only some have, such as the native program, is no reason. */
export function reasonAgainstTogether(all: readonly CompareResult[]): string | undefined {
  const seen = new Map<string, string>();
  for (const run of all) {
    for (const [name, fact] of factsOf(run)) {
      const other = seen.get(name) ?? fact;
      if (other !== fact) return `runs that are published together must have the same ${name}: got ${other} and ${fact}`;
      seen.set(name, fact);
    }
  }
  return undefined;
}

/** How often and how long the arms of a run were measured, in words. */
export function roundsOf({ settings: { rounds, launches, roundMs } }: CompareResult): string {
  return `${rounds} rounds of ${roundMs} ms in ${launches} ${launches === 1 ? 'process' : 'processes'} an arm`;
}

/** What is to be said of runs that were not measured for as long; undefined where all were. */
export function unequalRounds(all: readonly CompareResult[]): string | undefined {
  const lengths = all.map(roundsOf);
  return new Set(lengths).size === 1
    ? undefined
    : `Not measured for as long: ${lengths.map((length, run) => `run ${run + 1}, ${length}`).join('; ')}.`;
}
