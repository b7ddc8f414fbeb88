import type { EventEmitter } from 'node:events';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const ONE_WISH_MS = 1000;

/**
 * Calls `end` on the first SIGINT or SIGTERM that `target`, a process, gets. What comes within a second belongs to the same wish: a
 * signal to a whole process group arrives once from its sender and once from the parent that passes it on. Later ones end the process
 * the hard way, as they would without us.
 */
export function endOnSignals(target: EventEmitter, end: () => void): void {
  const leaveToNode = (): void => {
    for (const signal of SIGNALS) target.off(signal, onSignal);
  };
  let ending = false;
  const onSignal = (): void => {
    if (ending) return;
    ending = true;
    end();
    setTimeout(leaveToNode, ONE_WISH_MS).unref();
  };
  for (const signal of SIGNALS) target.on(signal, onSignal);
}
