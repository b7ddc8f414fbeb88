import { leanApartUntil } from '../harness/apart.js';
import { LEAN_START } from '../harness/lean-process.js';
import { MOST_FILLED } from '../hibernation/falling-asleep.js';
import type { HibernateReport } from '../hibernation/measure.js';
import type { MemoryReport } from '../hibernation/scaling.js';
import type { Arm } from './target.js';

/** What is meant by the resident set of these processes: for the readings of the targets. */
export const RESIDENT_SET =
  `The resident set is that of a process of its own, less what V8 keeps of its heap for objects to come, started with ${LEAN_START}; what it is with no sessions ` +
  `is taken after a fleet as large has come and gone, ${MOST_FILLED} of it with their rings in use, and up to 512 sessions of the same manager, once its threads have given back what they took to start and it no longer changes.`;

/** What a session has besides its rings, and where it sleeps. */
export const SLEEPERS = {
  /** As W2's. */
  small: ['--state-bytes', '32'],
  /** 280 bytes, a third of them zeros. */
  deflated: ['--store', 'memory-deflate'],
} as const;
export type Sleeper = keyof typeof SLEEPERS;

/** 1 % of few is not much more than what a process has for itself comes and goes by: so many fleets are measured, one after the other. */
export const FLEETS_OF_FEW = 5;
/** Managers that come and go before. What a process grows by meanwhile is more beside few sessions than beside many. */
const OF_FEW = ['--warm-ups', '2', '--fleets', String(FLEETS_OF_FEW)];
const OF_MANY = ['--warm-ups', '1'];
const MANY = 50_000;

/** What processes with so many sessions take, each measured once, whichever targets ask for it. */
export class Footprints {
  readonly #signal: AbortSignal;
  readonly #reports = new Map<string, Promise<unknown>>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** All awake with every page of their rings in use, then all asleep. */
  asleep(arm: Arm, sessions: number, sleeper: Sleeper): Promise<HibernateReport> {
    return this.#once([
      'hibernate',
      '--sessions',
      String(sessions),
      '--rounds',
      '1',
      '--end-asleep',
      ...(sessions < MANY ? OF_FEW : OF_MANY),
      ...SLEEPERS[sleeper],
      ...argumentsOf(arm),
    ]);
  }

  /** Fleets of 50 to 5000, their rings in use. */
  awake(arm: Arm): Promise<MemoryReport> {
    return this.#once(['memory', ...SLEEPERS.small, ...argumentsOf(arm)]);
  }

  #once<Report>(args: readonly string[]): Promise<Report> {
    const key = args.join(' ');
    const known = this.#reports.get(key) as Promise<Report> | undefined;
    if (known !== undefined) return known;
    const report = leanApartUntil<Report>(this.#signal, args);
    this.#reports.set(key, report);
    return report;
  }
}

function argumentsOf({ scheduler, workers, caller }: Arm): string[] {
  return ['--scheduler', scheduler, '--workers', String(workers), '--caller', caller];
}
