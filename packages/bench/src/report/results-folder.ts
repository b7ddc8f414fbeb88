import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { CompareResult } from '../compare/result.js';
import { headlineTable, linkedFolder, MARKERS, withBlock } from './headline-table.js';
import { privatePathIn, withoutThisMachine } from './private-paths.js';
import { pagesOf } from './report.js';
import { ResultFileError, readRuns, reasonAgainstPublishing } from './result-file.js';
import { type Runs, runsOf } from './runs.js';

const DATA = 'data';
const TARGETS = 'targets.json';
const runFile = (index: number): string => `compare-${index + 1}.json`;

/** `2026-11-30-amd-epyc-2c`: day, processor and cores of a run. */
export function folderNameOf({ startedAt, machine: { cpu, cores } }: CompareResult): string {
  const words = cpu
    .toLowerCase()
    .replace(/\((r|tm)\)|\bcpu\b|\bprocessor\b|@.*$/g, ' ')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${startedAt.slice(0, 10)}-${words}-${cores}c`;
}

/** Writes raw data and pages of these runs into their folder within `results`, in place of those that were there, and returns its path. */
export function writeResults(results: string, runs: Runs): string {
  const folder = join(results, folderNameOf(runs.first));
  const all = runs.all.map((run) => withoutThisMachine(run));
  const targets = runs.targets === undefined ? undefined : withoutThisMachine(runs.targets);
  rmSync(join(folder, DATA), { recursive: true, force: true });
  mkdirSync(join(folder, DATA), { recursive: true });
  for (const [index, run] of all.entries()) writeFileSync(join(folder, DATA, runFile(index)), `${JSON.stringify(run)}\n`);
  if (targets !== undefined) writeFileSync(join(folder, DATA, TARGETS), `${JSON.stringify(targets)}\n`);
  for (const [name, text] of Object.entries(pagesOf(runsOf(all, targets)))) writeFileSync(join(folder, name), text);
  return folder;
}

/** The runs in a folder of results. */
export function runsIn(folder: string): Runs {
  const names = readdirSync(join(folder, DATA)).sort(new Intl.Collator('en', { numeric: true }).compare);
  const files = names.filter((name) => name !== TARGETS).map((name) => join(folder, DATA, name));
  return readRuns(files, names.includes(TARGETS) ? join(folder, DATA, TARGETS) : undefined);
}

/** What is wrong with a folder of results, as sentences. */
export function faultsInFolder(results: string, name: string): string[] {
  return told(name, () => {
    const folder = join(results, name);
    const runs = runsIn(folder);
    const pages = Object.entries(pagesOf(runs));
    const right = folderNameOf(runs.first);
    const reason = reasonAgainstPublishing(runs);
    const path = privatePathIn([runs.all, runs.targets]);
    const isKept = (file: string, text: string): boolean =>
      existsSync(join(folder, file)) && readFileSync(join(folder, file), 'utf8') === text;
    const known = [DATA, ...pages.map(([file]) => file)];
    return [
      ...(name === right ? [] : [`${name}: the folder of this data must be called ${right}`]),
      ...(reason === undefined ? [] : [`${name}: ${reason}`]),
      ...(path === undefined ? [] : [`${name}: the data have a path of one machine in them, ${path}`]),
      ...pages
        .filter(([file, text]) => !isKept(file, text))
        .map(([file]) => `${name}/${file}: must be what the data give; write it again by dormouse-bench report`),
      ...readdirSync(folder)
        .filter((file) => !known.includes(file))
        .map((file) => `${name}/${file}: belongs to no result`),
    ];
  });
}

/** Faults, and among them what cannot be read at all. */
function told(where: string, faults: () => string[]): string[] {
  try {
    return faults();
  } catch (error) {
    if (error instanceof ResultFileError || (error instanceof Error && 'syscall' in error)) return [`${where}: ${error.message}`];
    throw error;
  }
}

/** The folders of a folder of results. */
export function resultNames(results: string): string[] {
  if (!existsSync(results)) return [];
  return readdirSync(results, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The text of a README with the table of the result `name` in it; throws a `ResultFileError` where it has no markers. */
export function withTable(file: string, results: string, name: string, runs: Runs): string {
  const link = `${relative(dirname(file), join(results, name)).replaceAll('\\', '/')}/`;
  const text = withBlock(readFileSync(file, 'utf8'), headlineTable(runs, link));
  if (text === undefined) throw new ResultFileError(`${file} must have ${MARKERS.begin} and ${MARKERS.end} in it`);
  return text;
}

/** What is wrong with a README's table. It is empty while there are no results, and that of the result it links to after. */
export function faultsInTable(file: string, results: string): string[] {
  return told(file, () => {
    const text = readFileSync(file, 'utf8');
    const names = resultNames(results);
    const name = linkedFolder(text);
    if (name === undefined && names.length > 0) return [`${file}: its table must be that of a result: one of ${names.join(', ')}`];
    if (name !== undefined && !names.includes(name)) return [`${file}: its table is of ${name}, which is not in ${results}`];
    const right = name === undefined ? withBlock(text, '') : withTable(file, results, name, runsIn(join(results, name)));
    if (right === text) return [];
    return [
      right === undefined
        ? `${file} must have ${MARKERS.begin} and ${MARKERS.end} in it`
        : `${file}: its table must be what the data of ${name ?? results} give; write it again by dormouse-bench report --write`,
    ];
  });
}
