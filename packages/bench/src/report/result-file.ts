import { readFileSync } from 'node:fs';
import type { CompareResult } from '../compare/result.js';
import type { TargetRow } from '../targets/target.js';
import { faultsOf } from './result-shape.js';
import { type Runs, runsOf } from './runs.js';
import { targetFaultsOf } from './target-rows.js';
import { reasonAgainstTogether } from './together.js';

/** A file that is not what it should be: told to whoever gave it. */
export class ResultFileError extends Error {
  override readonly name = 'ResultFileError';
}

/** Reads files of `compare`, and one of `targets` if there is one. Throws a `ResultFileError` that says what is wrong with which. */
export function readRuns(files: readonly string[], targetsFile?: string): Runs {
  if (files.length === 0) throw new ResultFileError('there is no file of compare');
  const all = files.map(readResult);
  const reason = reasonAgainstTogether(all);
  if (reason !== undefined) throw new ResultFileError(reason);
  return runsOf(all, targetsFile === undefined ? undefined : parsed<TargetRow[]>(targetsFile, targetFaultsOf));
}

export const readResult = (file: string): CompareResult => parsed<CompareResult>(file, faultsOf);

function parsed<Type>(file: string, faults: (value: unknown) => string[]): Type {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ResultFileError(`${file} must be a JSON file: ${(cause as Error).message}`, { cause });
  }
  const [fault] = faults(value);
  if (fault !== undefined) throw new ResultFileError(`${file}: ${fault}`);
  return value as Type;
}

/** Why these runs are not to be published; undefined if they are. */
export function reasonAgainstPublishing({ all, targets }: Runs): string | undefined {
  if (all.some(({ smoke }) => smoke)) return 'a smoke run verifies the work, and its times say nothing';
  if (all.some(({ partial }) => partial) || targets?.some(({ partial }) => partial)) return 'a run was stopped before its end';
  const changed = all.find(({ commit }) => commit?.endsWith('+'))?.commit;
  if (changed !== undefined) return `the work tree had changes, so that nobody can run the same again: commit ${changed}`;
  return undefined;
}
