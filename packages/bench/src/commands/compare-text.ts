import type { ComparePlan } from '../compare/plan.js';
import type { CompareResult, CompareTable } from '../compare/result.js';
import { alignedColumns } from './table.js';

/** All arms of a plan, each with why it is as it is. */
export function listText({ arms }: ComparePlan): string {
  return arms
    .map(({ description: { name, title, justification, remark } }) => {
      const remarked = remark === null ? title : `${title} (${remark})`;
      return `${name}\n  ${remarked}\n  ${justification}\n`;
    })
    .join('');
}

/** A result for people at a terminal. */
export function comparisonText(result: CompareResult): string {
  const { tables, refused, skipped, settings, machine } = result;
  const confidence = Math.floor(settings.confidence * 100);
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, Node ${result.versions.node}; µs a tick: median of ${settings.rounds} rounds, its ${confidence} % interval`,
    ...tables.map(tableText),
  ];
  if (refused.length > 0)
    lines.push(`refused:\n${refused.map(({ arm, workload, reason }) => `  ${arm} ${workload ?? ''}: ${reason}`).join('\n')}`);
  if (skipped.length > 0)
    lines.push(`skipped:\n${skipped.map(({ arm, workload, reason }) => `  ${arm} ${workload ?? ''}: ${reason}`).join('\n')}`);
  return `${lines.join('\n\n')}\n`;
}

function tableText({ workload, arith, sessions, rows }: CompareTable): string {
  const sorted = [...rows].sort((a, b) => a.rank - b.rank || a.tickUs.median - b.tickUs.median);
  const best = sorted[0]?.tickUs.median ?? 0;
  const us = (value: number): string => value.toFixed(value < 100 ? 1 : 0);
  return [
    `${workload} ${arith}, ${sessions} sessions`,
    alignedColumns([
      ['arm', 'rank', 'µs', 'low', 'high', '× best', 'p99', 'max', 'CPU µs', 'MB'],
      ...sorted.map(({ arm, rank, tickUs, p99Us, maxUs, cpuUsPerTick, rssBytes }) => [
        arm,
        String(rank),
        us(tickUs.median),
        us(tickUs.low),
        us(tickUs.high),
        (tickUs.median / best).toFixed(2),
        us(p99Us),
        us(maxUs),
        us(cpuUsPerTick),
        (rssBytes / 1e6).toFixed(0),
      ]),
    ]),
  ].join('\n');
}
