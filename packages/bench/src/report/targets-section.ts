import type { TargetRow } from '../targets/target.js';
import { significant, whole } from './numbers.js';
import { type Block, details, heading, paragraph, preformatted, subheading, table } from './page.js';
import type { Runs } from './runs.js';

/** The specification's load targets, as `targets --json` gave them: each with the specification's words, and what is understood by them. */
export function targetsSection({ targets }: Runs): Block[] {
  if (targets === undefined) return [];
  const binding = targets.filter((row) => row.binding);
  const met = binding.filter(({ pass }) => pass).length;
  const ids = [...new Set(targets.map(({ id }) => id))];
  return [
    heading('The specification’s load targets'),
    paragraph(
      `By \`dormouse-bench targets\`${commitOf(targets)}: ${met} of ${binding.length} figures that bind keep to their limits. The others are told of, and no target hangs on them.`,
    ),
    ...ids.flatMap((id) =>
      targetBlocks(
        id,
        targets.filter((row) => row.id === id),
      ),
    ),
  ];
}

/** They may have been measured at another commit than the runs. */
function commitOf([row]: readonly TargetRow[]): string {
  return typeof row?.commit === 'string' ? ` at commit \`${row.commit.slice(0, 7)}\`` : '';
}

function targetBlocks(id: string, rows: readonly TargetRow[]): Block[] {
  const readings = new Map(rows.map(({ text, source, reading }) => [`${text}\n${reading}`, { text, source, reading }]));
  const short = rows.filter(({ binding, pass }) => binding && !pass).length;
  const verdict = short === 0 ? 'met' : `${short} fall short`;
  return [
    subheading(id),
    ...[...readings.values()].flatMap(({ text, source, reading }) => [preformatted(text), paragraph(`${source}. Read as: ${reading}`)]),
    details(
      `${rows.length} figures, ${verdict}`,
      table(['what', 'scheduler', '>sessions', '>limit', '>measured', 'unit', 'met'], rows.map(cellsOf)),
    ),
  ];
}

function cellsOf({ what, scheduler, caller, sessions, bound, limit, value, unit, pass, binding, error }: TargetRow): string[] {
  const arm = caller === null ? scheduler : `${scheduler}, caller ${caller}`;
  if (error !== undefined) return [what, arm, whole(sessions), '', `not measured: ${error}`, '', '**no**'];
  return [
    what,
    arm,
    whole(sessions),
    `${bound} ${significant(limit)}`,
    value === null ? 'no number' : significant(value),
    unit,
    binding ? (pass ? 'yes' : '**no**') : `told of (${pass ? 'within' : 'beyond'})`,
  ];
}
