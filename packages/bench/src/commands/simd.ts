import { Command, Option } from 'commander';
import { measureSimd, SIMD_SIZES, type SimdRow } from '../simd/measure.js';
import { integerIn, jsonOption, MOST_SESSIONS, roundsOption } from './options.js';
import { alignedColumns } from './table.js';

interface Flags {
  readonly sessions?: number;
  readonly rounds: number;
  readonly json: boolean;
}

/** `simd`: what WebAssembly SIMD gains. */
export function simdCommand(): Command {
  return new Command('simd')
    .description(
      'Measure passes over the session table (sums, idle scan, counts, activity window, clearing) with SIMD and in plain JavaScript.',
    )
    .addOption(
      new Option('--sessions <count>', `sessions, 1…${MOST_SESSIONS} (default: ${SIMD_SIZES.join(' and ')})`).argParser(
        integerIn(1, MOST_SESSIONS),
      ),
    )
    .addOption(roundsOption(51))
    .addOption(jsonOption())
    .exitOverride()
    .action(({ sessions, rounds, json }: Flags) => {
      const rows = measureSimd({ sizes: sessions === undefined ? SIMD_SIZES : [sessions], rounds });
      process.stdout.write(json ? `${JSON.stringify({ node: process.version, rounds, rows })}\n` : `${tableOf(rows)}\n`);
    });
}

function tableOf(rows: readonly SimdRow[]): string {
  const lines = rows.map(({ pass, sessions, simdNs, plainNs, ratio }) => [
    pass,
    String(sessions),
    simdNs.toFixed(3),
    plainNs.toFixed(3),
    ratio.toFixed(1),
  ]);
  return alignedColumns([['ns a session', 'sessions', 'SIMD', 'plain', 'times'], ...lines]);
}
