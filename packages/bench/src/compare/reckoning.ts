import type { Race, Step } from './race.js';
import type { CompareSettings } from './result.js';

/** Hears how much is done of all there is, both in ms as they were reckoned before, and what has just been done. */
export type OnProgress = (doneMs: number, totalMs: number, what: string) => void;

/** What opening an arm, having it hand over its sessions, and verifying a table are reckoned to take. */
const OPEN_MS = 300;
const END_MS = 20;
const VERIFY_MS = 4000;

/** How far a comparison is, by what its steps are reckoned to take. */
export class Reckoning {
  readonly #onProgress: OnProgress;
  #totalMs = 0;
  #doneMs = 0;

  constructor(onProgress: OnProgress) {
    this.#onProgress = onProgress;
  }

  /** Something of so many ms is to be done. */
  expect(ms: number): void {
    this.#totalMs += ms;
  }

  /** Something of so many ms has been done. */
  did(ms: number, what: string): void {
    this.#doneMs += ms;
    this.#onProgress(this.#doneMs, this.#totalMs, what);
  }
}

/** What a step of a race is reckoned to take. */
export function stepMs(step: Step, { warmUpMs, roundMs }: CompareSettings): number {
  const reckoned: Record<Step, number> = { 'warm-up': OPEN_MS + warmUpMs, round: roundMs, end: END_MS, verification: VERIFY_MS };
  return reckoned[step];
}

export function raceMs({ arms }: Pick<Race, 'arms'>, settings: CompareSettings): number {
  const launchMs = stepMs('warm-up', settings) + stepMs('end', settings);
  const armMs = settings.launches * launchMs + settings.rounds * stepMs('round', settings);
  return arms.length * armMs + stepMs('verification', settings);
}
