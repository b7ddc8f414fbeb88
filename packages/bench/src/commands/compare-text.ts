import type { ComparePlan } from '../compare/plan.js';
import type { ArmDescription, CompareResult, CompareTable, LifecycleRow, Refusal } from '../compare/result.js';
import { alignedColumns } from './table.js';

/** All arms of a plan, each with why it is as it is. */
export function listText({ arms, skipped }: ComparePlan): string {
  const described = arms.map(({ description: { name, title, justification, remark } }) => {
    const remarked = remark === null ? title : `${title} (${remark})`;
    return `${name}\n  ${remarked}\n  ${justification}\n`;
  });
  return described.join('') + refusalsText('skipped', skipped);
}

/** A result for people at a terminal. */
export function comparisonText(result: CompareResult): string {
  const { arms, tables, lifecycle, refused, skipped, smoke } = result;
  const parts = smoke ? [verifiedText(result)] : [titleOf(result), ...tables.map((table) => tableText(table, arms))];
  if (lifecycle.length > 0) parts.push(lifecycleText(lifecycle));
  parts.push(refusalsText('refused', refused), refusalsText('skipped', skipped));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function titleOf({ machine, versions, settings, partial }: CompareResult): string {
  const confidence = (settings.confidence * 100).toFixed(0);
  const begin = partial ? 'stopped before its end. ' : '';
  return `${begin}${machine.cpu}, ${machine.cores} cores, Node ${versions.node}; µs a tick: median of ${settings.rounds} rounds and its ${confidence} % interval`;
}

function verifiedText({ tables }: CompareResult): string {
  const counts = tables.map(({ workload, arith, rows }) => `  ${workload} ${arith}: ${rows.length} arms`);
  return `verified\n${counts.join('\n')}`;
}

function tableText({ part, workload, arith, sessions, rows }: CompareTable, arms: readonly ArmDescription[]): string {
  const sorted = [...rows].sort((a, b) => a.rank - b.rank || a.tickUs.median - b.tickUs.median);
  const best = sorted[0]?.tickUs.median ?? 0;
  const threads = arms.find(({ name }) => name === sorted[0]?.arm)?.participants;
  return [
    `${workload} ${arith}, ${sessions} sessions${part === 'workers' ? `, on threads: ${threads}` : ''}`,
    alignedColumns([
      ['arm', 'rank', 'µs', 'low', 'high', '× best', 'p99', 'CPU µs', 'MB'],
      ...sorted.map(({ arm, rank, tickUs, p99Us, cpuUsPerTick, rssBytes }) => [
        arm,
        String(rank),
        brief(tickUs.median),
        brief(tickUs.low),
        brief(tickUs.high),
        (tickUs.median / best).toFixed(2),
        brief(p99Us),
        brief(cpuUsPerTick),
        rssBytes === null ? '–' : (rssBytes / 1e6).toFixed(0),
      ]),
    ]),
  ].join('\n');
}

function lifecycleText(rows: readonly LifecycleRow[]): string {
  const known = (value: number | null): string => (value === null ? '–' : brief(value));
  return [
    `lifecycle, ${rows[0]?.sessions} sessions of W1; ms`,
    alignedColumns([
      ['arm', 'start', 'stop', 'resize', 'recovery', 'lost a thread', 'idle CPU %', 'MB a worker'],
      ...rows.map(({ arm, startMs, stopMs, resizeMs, recoveryMs, recovery, idleCpuPercent, bytesPerWorker }) => [
        arm,
        brief(startMs),
        brief(stopMs),
        known(resizeMs),
        known(recoveryMs),
        recovery === null ? '–' : `${recovery.kind}${recovery.sessions > 0 ? ` ${recovery.sessions}` : ''}`,
        idleCpuPercent.toFixed(2),
        known(bytesPerWorker === null ? null : bytesPerWorker / 1e6),
      ]),
    ]),
  ].join('\n');
}

function refusalsText(title: string, refusals: readonly Refusal[]): string {
  if (refusals.length === 0) return '';
  const byReason = new Map<string, string[]>();
  for (const { arm, workload, reason } of refusals) {
    const what = `${workload ?? ''}: ${reason}`;
    byReason.set(what, [...(byReason.get(what) ?? []), arm]);
  }
  return `${title}\n${[...byReason].map(([what, arms]) => `  ${arms.join(', ')} ${what}`).join('\n')}`;
}

/** Three digits that count, or so. */
function brief(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
