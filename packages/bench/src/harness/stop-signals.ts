import type { ChildProcess } from 'node:child_process';

/** What asks a process to end: Ctrl-C, whoever started it, a terminal that is closed. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies readonly NodeJS.Signals[];

/** Passes on to a child what asks this process to end, so that it is not left behind, until the function that it gives is called. */
export function passStopsTo(child: ChildProcess): () => void {
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of STOP_SIGNALS) process.on(signal, pass);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, pass);
  };
}
