import type { LifecycleRow } from '../compare/result.js';
import { KINDS } from './layouts.js';
import { mebibytes, significant, times } from './numbers.js';
import { type Block, paragraph, table } from './page.js';
import { measuredArms, type Runs, standsForDormouse, tableName } from './runs.js';

/** Somebody’s figure, of which less is better. */
interface Figure {
  readonly arm: string;
  readonly kind: (typeof KINDS)[number];
  readonly participants: number;
  readonly value: number;
}

interface Contest {
  readonly what: string;
  readonly figures: readonly Figure[];
  shown(value: number): string;
}

/** What lives have that can be compared: what a recovery leaves is not alike, and its time therefore no contest. */
const LIVES: readonly { what: string; of(row: LifecycleRow): number | null; shown(value: number): string }[] = [
  { what: 'start, ms', of: ({ startMs }) => startMs, shown: significant },
  { what: 'stop, ms', of: ({ stopMs }) => stopMs, shown: significant },
  { what: 'resize, ms', of: ({ resizeMs }) => resizeMs, shown: significant },
  { what: 'idle CPU, percent of a core', of: ({ idleCpuPercent }) => idleCpuPercent, shown: significant },
  { what: 'memory of one more thread, MiB', of: ({ bytesPerWorker }) => bytesPerWorker, shown: mebibytes },
];

/** Where the best of another kind is better than the best Dormouse arm in what is no median tick. */
export function besideTheMedian(runs: Runs): Block[] {
  const rows = [...tailsOf(runs), ...livesOf(runs)].flatMap(rowsOf);
  if (rows.length === 0) return [];
  return [
    paragraph(
      'And beside the median tick: the slowest ticks of a hundred (p99), and lives of arms that have threads. The best of each kind, where it is better than the best Dormouse arm; of ticks, the best on no more threads. No intervals are known here: what is little is noise. Starts and threads take more because each thread loads Dormouse’s runtime and the behaviours, where a form by hand loads one small file.',
    ),
    table(['figure', 'better', '>its', 'Dormouse', '>its', '>times as much'], rows),
  ];
}

function tailsOf({ tables, arms }: Runs): Contest[] {
  return tables
    .filter(({ part }) => part === 'main')
    .map((each) => ({
      what: `${tableName(each)}: p99, µs`,
      figures: measuredArms(each, arms)
        .filter(({ arm }) => arm.kind !== 'dormouse' || standsForDormouse(arm))
        .map(({ arm, row }) => ({ ...arm, arm: arm.name, value: row.p99Us })),
      shown: significant,
    }));
}

function livesOf({ all, arms }: Runs): Contest[] {
  const lives = all.find(({ lifecycle }) => lifecycle.length > 0)?.lifecycle ?? [];
  return LIVES.map(({ what, of, shown }) => ({
    what,
    shown,
    figures: lives.flatMap((row): Figure[] => {
      const [arm, value] = [arms.get(row.arm), of(row)];
      // Lives are peers of each other on any number of threads.
      return arm === undefined || arm.workers === 0 || value === null ? [] : [{ ...arm, arm: arm.name, participants: 0, value }];
    }),
  }));
}

function rowsOf({ what, figures, shown }: Contest): string[][] {
  const sorted = [...figures].sort((one, other) => one.value - other.value || (one.arm < other.arm ? -1 : 1));
  return KINDS.flatMap((kind) => {
    const best = sorted.find((figure) => kind !== 'dormouse' && figure.kind === kind);
    const ours = sorted.find((figure) => figure.kind === 'dormouse' && figure.participants <= (best?.participants ?? -1));
    if (best === undefined || ours === undefined || best.value >= ours.value) return [];
    const ratio = best.value > 0 ? times(ours.value / best.value) : '–';
    return [[what, best.arm, shown(best.value), ours.arm, shown(ours.value), ratio]];
  });
}
