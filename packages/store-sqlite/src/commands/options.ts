import { once } from 'node:events';
import { Argument, InvalidArgumentError, Option } from 'commander';

const MOST_ACCOUNT = 0xffff_ffff;

export const fileArgument = () => new Argument('<file>', "the store's file");
export const jsonOption = () => new Option('--json', 'print one JSON object').default(false);
export const accountOption = () => new Option('--account <id>', `show this one alone, in full, 0…${MOST_ACCOUNT}`).argParser(accountId);

function accountId(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= MOST_ACCOUNT) return value;
  throw new InvalidArgumentError(`It must be an integer 0…${MOST_ACCOUNT}.`);
}

/** Writes to standard output, and goes on when there is room for more. */
export async function printed(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Tells on standard error how far a long work is, once a second or so. */
export class Progress {
  readonly #what: string;
  readonly #total: number;
  #done = 0;
  #toldAt = performance.now();

  constructor(what: string, total: number) {
    this.#what = what;
    this.#total = total;
  }

  step(): void {
    const LOOK_EACH = 1024;
    if (++this.#done % LOOK_EACH !== 0 || performance.now() - this.#toldAt < 1000) return;
    this.#toldAt = performance.now();
    process.stderr.write(`${this.#what}: ${this.#done} of ${this.#total}\n`);
  }
}
