import { readFileSync } from 'node:fs';
import type { Belongings, FinalSession, JournalEntry } from '../compare/contender.js';

/** Reads sessions one after the other as the program's `--dump` has them: native/src/dump.h says what is where. */
export function* sessionsIn(path: string): Generator<FinalSession> {
  const reader = new DumpReader(readFileSync(path));
  while (!reader.isAtEnd) yield reader.session();
}

class DumpReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  session(): FinalSession {
    const [x, y, vx, vy, hp, targetX, targetY] = this.#floats(7);
    const rng = this.#word();
    const updateCount = this.#word();
    const packetsIn = this.#word();
    const packetsOut = this.#word();
    const bytesIn = this.#word();
    const bytesOut = this.#word();
    // Of what was dropped nobody is asked.
    this.#at += 4;
    const final = { updateCount, x, y, vx, vy, hp, targetX, targetY, rng, packetsIn, packetsOut, bytesIn, bytesOut };
    return this.#word() === 1 ? { ...final, belongings: this.#belongings() } : final;
  }

  #belongings(): Belongings {
    const title = this.#text();
    const inventory = new Map(this.#each(() => [this.#text(), this.#word()] as const));
    const journal = this.#each((): JournalEntry => ({ at: this.#word(), note: this.#text() }));
    return { title, inventory, journal };
  }

  #each<T>(one: () => T): T[] {
    return Array.from({ length: this.#word() }, one);
  }

  #floats(count: number): number[] {
    return Array.from({ length: count }, () => {
      const value = this.#bytes.readFloatLE(this.#at);
      this.#at += 4;
      return value;
    });
  }

  #word(): number {
    const value = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  #text(): string {
    const length = this.#word();
    const value = this.#bytes.toString('latin1', this.#at, this.#at + length);
    this.#at += length;
    return value;
  }
}
