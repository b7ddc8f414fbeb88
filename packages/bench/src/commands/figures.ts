import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { againstBuild } from '../figures/against-build.js';
import { allocation } from '../figures/allocation.js';
import { dispatchCost } from '../figures/dispatch.js';
import { type Figure, figureCells, medianFigures } from '../figures/figure.js';
import { kernelCost } from '../figures/kernel.js';
import { literalCost } from '../figures/literal-cost.js';
import { againstNative } from '../figures/native.js';
import { pendingTimers } from '../figures/pending-timers.js';
import { populationCost } from '../figures/population.js';
import { scalingGain } from '../figures/scaling.js';
import { serviceCosts } from '../figures/service-costs.js';
import { simdGain } from '../figures/simd.js';
import { costBySize } from '../figures/size.js';
import { sleepFigures } from '../figures/sleep.js';
import { smallTicks } from '../figures/small-ticks.js';
import { spinHarm } from '../figures/spin.js';
import { updateCost } from '../figures/update-cost.js';
import { apart } from '../harness/apart.js';
import { integerIn, jsonOption, schedulersOption, sessionsOption } from './options.js';
import { isPublishable, MARKERS, publish } from './publication.js';
import { alignedColumns } from './table.js';

const PARTS = [
  'update',
  'size',
  'literal',
  'kernel',
  'allocation',
  'population',
  'services',
  'timers',
  'dispatch',
  'small-ticks',
  'scaling',
  'spin',
  'simd',
  'sleep',
  'native',
  'build',
] as const;
type Part = (typeof PARTS)[number];

/** A process is cold once: what is measured cold is the median of so many. */
const COLD_STARTS = 7;

interface Flags {
  readonly sessions: number;
  readonly rounds: number;
  readonly schedulers: readonly string[];
  readonly only?: Part;
  readonly native?: string;
  readonly against?: string;
  readonly write?: string;
  readonly json: boolean;
}

/** `figures`: every figure that is promised, beside its target. */
export function figuresCommand(): Command {
  return new Command('figures')
    .description('Measure every promised figure and print it beside its target; what is compared runs interleaved.')
    .addOption(sessionsOption(5000))
    .addOption(new Option('--rounds <count>', 'rounds a median is taken of, 5…1000').argParser(integerIn(5, 1000)).default(15))
    .addOption(schedulersOption())
    .addOption(new Option('--only <part>', 'measure this part alone').choices(PARTS))
    .addOption(new Option('--native <program>', 'compare with the native program at this path too'))
    .addOption(new Option('--against <build>', 'compare with another build of this package too: its packages/bench/dist/index.js'))
    .addOption(new Option('--write <file>', `put the table into this Markdown file too, between ${MARKERS.begin} and ${MARKERS.end}`))
    .addOption(jsonOption())
    .exitOverride()
    .action(async (flags: Flags, command: Command) => {
      const { native, against, only, write } = flags;
      if (only === 'build' && against === undefined) command.error('error: --only build needs --against <build>');
      if (against !== undefined && !existsSync(against)) command.error(`error: --against must be the path of a build: got ${against}`);
      if (only === 'native' && native === undefined) command.error('error: --only native needs --native <program>');
      if (native !== undefined && !existsSync(native)) command.error(`error: --native must be the path of a program: got ${native}`);
      if (write !== undefined && !isPublishable(write)) {
        command.error(`error: --write must be a file with ${MARKERS.begin} and ${MARKERS.end} in it: got ${write}`);
      }
      const figures = await measure(flags);
      const { sessions, rounds } = flags;
      if (write !== undefined) publish(write, figures, { sessions, rounds });
      process.stdout.write(
        flags.json ? `${JSON.stringify({ node: process.version, sessions, rounds, figures })}\n` : `${tableOf(figures)}\n`,
      );
    });
}

async function measure(flags: Flags): Promise<Figure[]> {
  const { only } = flags;
  if (only !== undefined) return measurePart(only, flags);
  const figures: Figure[] = [];
  for (const part of PARTS) {
    const runs: Figure[][] = [];
    for (let run = 0; run < (part === 'literal' ? COLD_STARTS : 1); run++) runs.push(await measureApart(part, flags));
    figures.push(...medianFigures(runs));
  }
  return figures;
}

function measurePart(part: Part, { sessions, rounds, schedulers, native, against }: Flags): Promise<Figure[]> {
  const parts: Record<Part, () => Promise<Figure[]>> = {
    update: () => updateCost({ sessions, rounds }),
    size: () => costBySize(rounds),
    literal: () => literalCost(rounds),
    kernel: () => kernelCost({ native, sessions, rounds }),
    allocation,
    population: populationCost,
    services: () => serviceCosts({ sessions, rounds }),
    build: async () => (against === undefined ? [] : againstBuild(resolve(against), { sessions, rounds })),
    timers: () => pendingTimers(rounds),
    dispatch: () => dispatchCost({ schedulers, rounds }),
    'small-ticks': () => smallTicks({ schedulers, rounds }),
    scaling: () => scalingGain({ schedulers, sessions, rounds, native }),
    spin: () => spinHarm(schedulers),
    simd: async () => simdGain(rounds),
    sleep: () => sleepFigures(schedulers),
    native: async () => (native === undefined ? [] : againstNative({ program: native, sessions, rounds })),
  };
  process.stderr.write(`measuring: ${part}\n`);
  return parts[part]();
}

async function measureApart(part: Part, { sessions, rounds, schedulers, native, against }: Flags): Promise<Figure[]> {
  if ((part === 'native' && native === undefined) || (part === 'build' && against === undefined)) return [];
  const args = [
    'figures',
    '--only',
    part,
    '--sessions',
    String(sessions),
    '--rounds',
    String(rounds),
    '--schedulers',
    schedulers.join(','),
  ];
  if (native !== undefined) args.push('--native', native);
  if (against !== undefined) args.push('--against', against);
  return (await apart<{ figures: Figure[] }>(...args)).figures;
}

function tableOf(figures: readonly Figure[]): string {
  return alignedColumns([['figure', 'target', 'result', 'met'], ...figures.map(figureCells)]);
}
