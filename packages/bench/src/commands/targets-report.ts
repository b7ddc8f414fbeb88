import type { Arm, LoadTarget, TargetRow } from '../targets/target.js';
import { alignedColumns } from './table.js';

/** Rows that bind, and how many of them are met. */
export function summaryOf(rows: readonly TargetRow[]): { readonly met: number; readonly bound: number } {
  const bound = rows.filter(({ binding }) => binding);
  return { met: bound.filter(({ pass }) => pass).length, bound: bound.length };
}

/** For people: a table for each target, arms side by side, and a line that sums it up. */
export function targetsReport(targets: readonly LoadTarget[], arms: readonly Arm[], rows: readonly TargetRow[]): string {
  const { met, bound } = summaryOf(rows);
  const partial = rows.some((row) => row.partial) ? ', before it was stopped' : '';
  const tables = targets.map((target) =>
    tableOf(
      target,
      arms,
      rows.filter((row) => row.id === target.id && row.reading === target.reading),
    ),
  );
  return `${tables.join('\n')}\n${met} of ${bound} met${partial}; in brackets: reported, and not bound to the limit; with !: falls short\n`;
}

function tableOf({ id, name, text, source, reading }: LoadTarget, arms: readonly Arm[], rows: readonly TargetRow[]): string {
  const lines = [`${id} ${name}`, `  “${text}” (${source})`, `  ${reading}`, ''];
  const failed = rows.filter(({ error }) => error !== undefined).map((row) => `  not measured on ${armOf(row)}: ${row.error}`);
  const measured = rows.filter(({ error }) => error === undefined);
  if (measured.length === 0) return [...lines, ...failed, ''].join('\n');
  const header = [
    '',
    'sessions',
    'limit',
    ...arms.map(({ scheduler, caller, hasWorkers }) => (hasWorkers ? `${scheduler} ${caller}` : scheduler)),
    'least margin',
    'met',
  ];
  const groups = new Map<string, TargetRow[]>();
  for (const row of measured) {
    const key = `${row.what} ${row.sessions}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const table = alignedColumns([header, ...[...groups.values()].flatMap((group) => linesOf(group, arms))]);
  return [...lines, table, ...failed, ''].join('\n');
}

/** Of a row: what it was, or was not, measured on. */
export function armOf({ scheduler, caller }: TargetRow): string {
  return caller === null ? scheduler : `${scheduler}, caller ${caller}`;
}

/** What was measured the same way on all arms: the figure, and what stands beside it. */
function linesOf(group: readonly TargetRow[], arms: readonly Arm[]): string[][] {
  const [{ what, sessions, bound, limit, unit, also }] = group;
  const rowsOfArms = arms.map((arm) => group.find((row) => row.scheduler === arm.scheduler && (row.caller ?? 'idle') === arm.caller));
  const binding = group.filter((row) => row.binding);
  const margins = (binding.length === 0 ? group : binding).flatMap(({ margin }) => (margin === null ? [] : [margin]));
  const first = [
    what,
    String(sessions),
    `${bound} ${shown(limit, unit)}`,
    ...rowsOfArms.map((row) => (row === undefined ? '' : markedValue(row))),
    margins.length === 0 ? '' : `${(Math.min(...margins) * 100).toFixed(1)} %`,
    binding.length === 0 ? 'reported' : binding.every(({ pass }) => pass) ? 'yes' : 'NO',
  ];
  const beside = also.map(({ name, unit: unitBeside }, place) => [
    `  ${name}`,
    '',
    '',
    ...rowsOfArms.map((row) => (row === undefined ? '' : shown(row.also[place].value, unitBeside))),
    '',
    '',
  ]);
  return [first, ...beside];
}

function markedValue({ value, unit, binding, pass }: TargetRow): string {
  const text = shown(value, unit);
  return binding ? `${text}${pass ? '' : ' !'}` : `(${text})`;
}

/** Three digits, but all of whole numbers; five after the point of what has no unit and is near to 1. */
function shown(value: number | null, unit: string): string {
  if (value === null) return 'no number';
  const digits =
    Number.isInteger(value) || Math.abs(value) >= 1000 ? value.toFixed(0) : unit === '' ? value.toFixed(5) : value.toPrecision(3);
  return `${digits} ${unit}`.trimEnd();
}
