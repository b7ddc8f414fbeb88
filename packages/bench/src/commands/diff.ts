import { Command, InvalidArgumentError, Option } from 'commander';
import { type Change, type Difference, differenceOf, type Missing, reasonAgainstDifference } from '../report/difference.js';
import { significant, times } from '../report/numbers.js';
import { ResultFileError, readResult } from '../report/result-file.js';
import { alignedColumns } from './table.js';

interface Flags {
  readonly threshold: number;
  readonly arms: string;
  readonly force: boolean;
  readonly json: boolean;
}

/** `diff`: what has changed between two runs of compare, noise taken into account. Exit code 1 if an arm that counts is slower, or gone. */
export function diffCommand(): Command {
  return new Command('diff')
    .description(
      'Compare two runs of compare: slower or faster only where the intervals do not touch. Exit code 1 if Dormouse is slower, or an arm of it is gone.',
    )
    .argument('<before>', 'what compare wrote then')
    .argument('<after>', 'what compare wrote now, on the same machine')
    .addOption(
      new Option('--threshold <percent>', 'changes up to this many percent do not count, 0…1000').argParser(percentIn(0, 1000)).default(5),
    )
    .addOption(new Option('--arms <prefix>', 'arms whose names begin so count for the exit code; “” for all').default('dormouse-'))
    .addOption(new Option('--force', 'compare runs of two machines, smoke runs or partial ones all the same').default(false))
    .addOption(new Option('--json', 'print one JSON object instead of a table').default(false))
    .exitOverride()
    .action((before: string, after: string, flags: Flags, command: Command) => {
      try {
        const [was, is] = [readResult(before), readResult(after)];
        const reason = reasonAgainstDifference(was, is);
        if (reason !== undefined && !flags.force) command.error(`error: not comparable without --force: ${reason}`);
        const difference = differenceOf(was, is, flags.threshold / 100);
        const { changes, missing } = difference;
        if (changes.length === 0) command.error('error: not comparable: no arm is in the same table of both');
        const slower = changes.filter(({ verdict }) => verdict === 'slower');
        const regressions = [...slower, ...missing].filter(({ arm }) => arm.startsWith(flags.arms));
        process.stdout.write(
          flags.json ? `${JSON.stringify({ ...difference, regressions })}\n` : `${textOf(difference, regressions, flags)}\n`,
        );
        if (regressions.length > 0) process.exitCode = 1;
      } catch (error) {
        if (error instanceof ResultFileError) command.error(`error: ${error.message}`);
        throw error;
      }
    });
}

function textOf(
  { changes, missing, orderChanges }: Difference,
  regressions: readonly (Change | Missing)[],
  { threshold, arms }: Flags,
): string {
  const told = changes.filter(({ verdict }) => verdict !== 'same');
  const which = arms === '' ? 'arms' : `arms of ${arms}*`;
  const slower = regressions.filter(({ verdict }) => verdict === 'slower').length;
  return [
    ...(told.length === 0 ? [] : [changesTable(told), '']),
    ...missing.map(({ arm, where, reason }) => `${where}: ${arm} is missing now: ${reason}`),
    ...orderChanges.map(({ where, before, after }) => `${where}: ${before} was faster than ${after}, and now ${after} is`),
    `${changes.length} figures compared: ${told.length} differ by more than ${threshold} % and their intervals; ${slower} ${which} slower, ${regressions.length - slower} missing; ${orderChanges.length} pairs have changed places`,
  ].join('\n');
}

function changesTable(changes: readonly Change[]): string {
  const rows = changes.map(({ arm, where, before, after, ratio, least, most, verdict }) => [
    arm,
    where,
    verdict,
    `${significant(before.median)} µs`,
    `${significant(after.median)} µs`,
    times(ratio),
    `${least.toFixed(2)}…${most.toFixed(2)}`,
  ]);
  return alignedColumns([['arm', 'in', '', 'before', 'after', 'ratio', 'at least … at most'], ...rows]);
}

function percentIn(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most)) throw new InvalidArgumentError(`It must be a number ${least}…${most}.`);
    return value;
  };
}
