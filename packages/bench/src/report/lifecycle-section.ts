import type { CompareResult, LifecycleRow, RecoveryOutcome } from '../compare/result.js';
import { mebibytes, orDash, significant } from './numbers.js';
import { type Block, heading, list, paragraph, table } from './page.js';
import type { Runs } from './runs.js';

const OUTCOMES: Readonly<Record<RecoveryOutcome['kind'], (sessions: number) => string>> = {
  whole: () => 'all go on',
  quarantined: (sessions) => `${sessions} put aside, by name`,
  lost: (sessions) => `state of ${sessions} lost`,
  hung: () => 'hangs',
  failed: () => 'every tick fails',
  unended: () => 'none could be killed',
};

/** Starting, stopping, resizing, a thread that ends, idling, and what a thread takes. */
export function lifecycleSection({ all }: Runs): Block[] {
  const measured = all.find(({ lifecycle }) => lifecycle.length > 0);
  if (measured === undefined) return [];
  const rows = measured.lifecycle;
  return [
    heading('Threads that start, stop and die'),
    paragraph(`Where backends really differ. W1, ${sizesOf(rows)} sessions, medians. A dash: the arm has no such thing.`),
    list([
      'start: from nothing to the end of the first tick; stop: until nothing of it is left',
      'resize: one thread more or less, to the end of the next tick',
      'recovery: a thread ends as by `process.exit`, to the end of the next tick that did all it should. Where it was then differs, and is told: in an update of a session; in a task of its library, beside a tick, where it has no session in hand; between two ticks, where a caller that joins may run a light tick alone, and no worker can be made to end in one',
      'put aside, by name: the arm itself has named the session whose update was half done',
      'idle CPU: between ticks, percent of one core',
    ]),
    table(
      ['arm', '>start ms', '>stop ms', '>resize ms', '>recovery ms', 'it ended', 'and then', '>idle CPU %', '>MiB a thread'],
      rows.map(({ arm, startMs, stopMs, resizeMs, recoveryMs, recovery, death, idleCpuPercent, bytesPerWorker }) => [
        arm,
        significant(startMs),
        significant(stopMs),
        orDash(resizeMs, significant),
        orDash(recoveryMs, significant),
        death ?? '–',
        recovery === null ? '–' : OUTCOMES[recovery.kind](recovery.sessions),
        significant(idleCpuPercent),
        orDash(bytesPerWorker, mebibytes),
      ]),
    ),
  ];
}

const sizesOf = (rows: readonly LifecycleRow[]): string => [...new Set(rows.map(({ sessions }) => sessions))].join(' and ');

/** What was refused, and what was not measured: nobody is left out in silence. */
export function refusalsSection({ all }: Runs): Block[] {
  const cells = (select: (run: CompareResult) => CompareResult['refused']): string[][] => {
    const lines = all.flatMap(select).map(({ arm, workload, reason }) => [arm, workload ?? 'all', reason].join('\n'));
    return [...new Set(lines)].map((line) => line.split('\n'));
  };
  const refused = cells((run) => run.refused);
  const skipped = merged(cells((run) => run.skipped));
  return [
    heading('Refused, and not measured'),
    paragraph(
      refused.length === 0
        ? 'Nobody was refused. Of every arm, state, updates and packets at the end of each of its processes are those of the reference; packets were counted after every tick.'
        : 'Refused: these did other work than was asked, or failed. None of their times is published.',
    ),
    ...(refused.length === 0 ? [] : [table(['arm', 'workload', 'why'], refused)]),
    ...(skipped.length === 0 ? [] : [paragraph('Not measured:'), table(['arm', 'workload', 'why'], skipped)]),
  ];
}

/** Arms that lack the same for the same reason in one line. */
function merged(rows: readonly (readonly string[])[]): string[][] {
  const arms = new Map<string, { workload: string; reason: string; names: Set<string> }>();
  for (const [name, workload, reason] of rows) {
    const key = `${workload}\n${reason}`;
    const group = arms.get(key) ?? { workload, reason, names: new Set() };
    group.names.add(name);
    arms.set(key, group);
  }
  return [...arms.values()].map(({ names, workload, reason }) => [[...names].join(', '), workload, reason]);
}
