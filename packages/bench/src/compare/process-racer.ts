import { medianOf } from '../harness/series.js';
import { ArmHost, type ArmProcess } from './arm-handle.js';
import type { Finished } from './arm-protocol.js';
import type { ArmSetup } from './contender.js';
import type { RaceRound, Racer } from './racer.js';

/** What anything may take, beside the multiple of what it is expected to take. */
const PATIENCE_MS = 60_000;
const PATIENCE_TIMES = 20;
const MOST_WARM_UP_TICKS = 20_000;

/** A contender of the registry, or of one of the modules, in a process of its own. */
export class ProcessRacer implements Racer {
  readonly #contender: string;
  readonly #modules: readonly string[];
  readonly #setup: ArmSetup;
  readonly #host: ArmHost;
  #process: ArmProcess | undefined;
  #medianUs = 0;

  constructor(contender: string, modules: readonly string[], setup: ArmSetup, host = new ArmHost()) {
    this.#contender = contender;
    this.#modules = modules;
    this.#setup = setup;
    this.#host = host;
  }

  async open(): Promise<void> {
    this.#process = this.#host.process;
    const request = { kind: 'open', contender: this.#contender, setup: this.#setup, modules: this.#modules } as const;
    await this.#process.request(request, PATIENCE_MS);
  }

  async warmUp(forMs: number, leastTicks: number): Promise<number> {
    const request = { kind: 'warm-up', forMs, leastTicks, mostTicks: Math.max(leastTicks, MOST_WARM_UP_TICKS) } as const;
    const { medianUs } = await this.#opened().request(request, PATIENCE_MS + PATIENCE_TIMES * forMs);
    this.#medianUs = medianUs;
    return medianUs;
  }

  async round(ticks: number): Promise<RaceRound> {
    const boundMs = PATIENCE_MS + (PATIENCE_TIMES * ticks * this.#medianUs) / 1000;
    const { ticksUs, cpuUs } = await this.#opened().request({ kind: 'round', ticks }, boundMs);
    return { medianUs: medianOf(ticksUs), ticksUs, cpuUs, ticks };
  }

  finish(): Promise<Finished> {
    return this.#opened().request({ kind: 'finish' }, PATIENCE_MS);
  }

  async close(): Promise<void> {
    await this.#opened().request({ kind: 'close' }, PATIENCE_MS);
  }

  end(): void {
    this.#host.end();
  }

  #opened(): ArmProcess {
    if (this.#process === undefined) throw new Error('the arm is not open');
    return this.#process;
  }
}
