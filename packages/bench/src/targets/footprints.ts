import { apartUntil } from '../harness/apart.js';
import type { HibernateReport } from '../hibernation/measure.js';
import type { MemoryReport } from '../hibernation/scaling.js';
import type { Arm } from './target.js';

/** What a session has besides its rings, and where it sleeps. */
export const SLEEPERS = {
  /** As W2's. */
  small: ['--state-bytes', '32'],
  /** 280 bytes, a third of them zeros. */
  deflated: ['--store', 'memory-deflate'],
} as const;
export type Sleeper = keyof typeof SLEEPERS;

/** Sleepers who take less in all than what a process has for itself may come and go by. */
export const FEW = 5000;

/** What processes with so many sessions take, each measured once, whichever targets ask for it. */
export class Footprints {
  readonly #signal: AbortSignal;
  readonly #reports = new Map<string, Promise<unknown>>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * All awake with every page of their rings in use, then all asleep, then awake again, in rounds where they are few; `run` tells apart processes that do the
   * same.
   */
  asleep(arm: Arm, sessions: number, sleeper: Sleeper, run = 0): Promise<HibernateReport> {
    const rounds = sessions > FEW ? 1 : 3;
    const args = ['--sessions', String(sessions), '--rounds', String(rounds), ...SLEEPERS[sleeper], ...argumentsOf(arm)];
    return this.#once(String(run), ['hibernate', ...args]);
  }

  /** Fleets of 50 to 5000, their rings in use. */
  awake(arm: Arm): Promise<MemoryReport> {
    return this.#once('', ['memory', ...SLEEPERS.small, ...argumentsOf(arm)]);
  }

  #once<Report>(run: string, args: readonly string[]): Promise<Report> {
    const key = [run, ...args].join(' ');
    const known = this.#reports.get(key) as Promise<Report> | undefined;
    if (known !== undefined) return known;
    const report = apartUntil<Report>(this.#signal, args);
    this.#reports.set(key, report);
    return report;
  }
}

function argumentsOf({ scheduler, workers, caller }: Arm): string[] {
  return ['--scheduler', scheduler, '--workers', String(workers), '--caller', caller];
}
