import type { Block } from '../memory/block.js';
import type { LogLevel, SpawnOptions } from '../session-api.js';
import type { RuntimeServices } from './services.js';

/** What a session wants of the population, and of the log: written to its outbox, carried out when the tick ends. */
export class Requests {
  readonly #services: RuntimeServices;
  constructor(services: RuntimeServices) {
    this.#services = services;
  }
  spawn(_block: Block, _row: number, _accountId: number, _init: unknown, _options: SpawnOptions | undefined): boolean {
    throw new Error(`SKELETON ${this.#services.seed}`);
  }
  releaseSelf(_block: Block, _row: number): boolean {
    throw new Error('SKELETON');
  }
  setMap(_block: Block, _row: number, _mapId: number): boolean {
    throw new Error('SKELETON');
  }
  setGroup(_block: Block, _row: number, _groupId: number): boolean {
    throw new Error('SKELETON');
  }
  log(_block: Block, _row: number, _message: string, _level: LogLevel | undefined): void {
    throw new Error('SKELETON');
  }
}
