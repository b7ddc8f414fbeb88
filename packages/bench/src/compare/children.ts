import type { ChildProcess } from 'node:child_process';

/** All processes that run for a comparison. Written by those who start one; read when it is stopped, so that none is left behind. */
const running = new Set<ChildProcess>();

/** Remembers a child until it has ended. */
export function remember(child: ChildProcess): void {
  running.add(child);
  child.once('close', () => running.delete(child));
}

/** Ends a child at once, and what it may have started if it leads a group of its own. */
export function endChild(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It leads no group, or has just ended.
    child.kill('SIGKILL');
  }
}

/** Ends all of them. */
export function endChildren(): void {
  for (const child of running) endChild(child);
}
