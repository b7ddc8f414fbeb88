import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Figure, figureCells } from '../figures/figure.js';

/** What is between them belongs to the benchmark: it is written by it, and by nobody else. */
export const MARKERS = { begin: '<!-- figures:begin -->', end: '<!-- figures:end -->' } as const;

export function isPublishable(file: string): boolean {
  if (!existsSync(file)) return false;
  const text = readFileSync(file, 'utf8');
  return text.includes(MARKERS.begin) && text.indexOf(MARKERS.end) > text.indexOf(MARKERS.begin);
}

/** Puts the figures into a Markdown file, in place of those that stood there. */
export function publish(file: string, figures: readonly Figure[], { sessions, rounds }: { sessions: number; rounds: number }): void {
  const text = readFileSync(file, 'utf8');
  const before = text.slice(0, text.indexOf(MARKERS.begin) + MARKERS.begin.length);
  const after = text.slice(text.indexOf(MARKERS.end));
  writeFileSync(file, `${before}\n${conditions(sessions, rounds)}\n\n${markdownTable(figures)}\n${after}`);
}

function conditions(sessions: number, rounds: number): string {
  const [{ model }] = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `Written by \`dormouse-bench figures\` on ${day}: Node.js ${process.version}, ${cpus().length} × ${model.trim()}; ${sessions} sessions, medians of ${rounds} interleaved rounds.`;
}

function markdownTable(figures: readonly Figure[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(['figure', 'target', 'result', 'met']), '|---|--:|--:|---|', ...figures.map((figure) => line(figureCells(figure)))].join(
    '\n',
  );
}
