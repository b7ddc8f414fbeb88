import { significant, whole } from './numbers.js';
import { type Block, heading, paragraph, table } from './page.js';
import type { Runs } from './runs.js';
import type { TargetRow } from './target-rows.js';

/** The specification's load targets, as `targets --json` gave them. */
export function targetsSection({ targets }: Runs): Block[] {
  if (targets === undefined) return [];
  const binding = targets.filter(({ reported }) => reported !== true);
  const met = binding.filter(({ pass }) => pass).length;
  return [
    heading('The specification’s load targets'),
    paragraph(
      `By \`dormouse-bench targets\`: ${met} of ${binding.length} are met. What is reported only has a limit that binds other callers or schedulers.`,
    ),
    table(['target', 'scheduler', '>sessions', '>limit', '>measured', 'unit', 'met'], targets.map(cellsOf)),
  ];
}

function cellsOf({ id, scheduler, caller, sessions, limit, value, unit, pass, reported }: TargetRow): string[] {
  const verdict = pass ? 'yes' : '**no**';
  return [
    id,
    caller === undefined ? scheduler : `${scheduler}, ${caller}`,
    whole(sessions),
    significant(limit),
    significant(value),
    unit,
    reported === true ? `reported (${pass ? 'within' : 'beyond'})` : verdict,
  ];
}
