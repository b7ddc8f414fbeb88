import { ArmHost, type ArmProcess } from './arm-handle.js';
import type { Finished } from './arm-protocol.js';
import type { ArmSetup } from './contender.js';
import type { Opening, RaceRound, Racer } from './racer.js';
import { typicalUs } from './typical-tick.js';

/** Anything may take its bound, and so many times what it is expected to take. */
const PATIENCE_TIMES = 20;
const MOST_WARM_UP_TICKS = 20_000;

/** A contender of the registry, or of one of the modules, in a process of its own. */
export class ProcessRacer implements Racer {
  readonly #opening: Opening;
  readonly #setup: Omit<ArmSetup, 'workers'>;
  readonly #host: ArmHost;
  #process: ArmProcess | undefined;
  #typicalUs = 0;

  constructor(opening: Opening, setup: Omit<ArmSetup, 'workers'>, host = new ArmHost()) {
    this.#opening = opening;
    this.#setup = setup;
    this.#host = host;
  }

  async open(): Promise<void> {
    this.#process = this.#host.process;
    const { contender, workers, modules } = this.#opening;
    await this.#process.request({ kind: 'open', contender, setup: { ...this.#setup, workers }, modules }, this.#opening.boundMs);
  }

  async warmUp(forMs: number, leastTicks: number): Promise<number> {
    const request = { kind: 'warm-up', forMs, leastTicks, mostTicks: Math.max(leastTicks, MOST_WARM_UP_TICKS) } as const;
    const { typicalUs } = await this.#opened().request(request, this.#opening.boundMs + PATIENCE_TIMES * forMs);
    this.#typicalUs = typicalUs;
    return typicalUs;
  }

  async round(ticks: number, leadTicks: number): Promise<RaceRound> {
    const boundMs = this.#opening.boundMs + (PATIENCE_TIMES * (leadTicks + ticks) * this.#typicalUs) / 1000;
    const { ticksUs, cpuUs } = await this.#opened().request({ kind: 'round', ticks, leadTicks }, boundMs);
    return { typicalUs: typicalUs(ticksUs, this.#setup.workload), ticksUs, cpuUs, ticks };
  }

  finish(): Promise<Finished> {
    return this.#opened().request({ kind: 'finish' }, this.#opening.boundMs);
  }

  async close(): Promise<void> {
    await this.#opened().request({ kind: 'close' }, this.#opening.boundMs);
  }

  end(): void {
    this.#host.end();
  }

  #opened(): ArmProcess {
    if (this.#process === undefined) throw new Error('the arm is not open');
    return this.#process;
  }
}
