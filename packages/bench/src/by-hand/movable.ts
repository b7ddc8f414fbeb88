import type { Answer } from './job.js';

/** How tinypool and piscina have a result moved: it says itself what of it. */
export interface Mover {
  move(result: object): unknown;
  readonly transferableSymbol: symbol;
  readonly valueSymbol: symbol;
}

/** The result as the library takes it. */
export function resultOf({ message, transfer }: Answer, { move, transferableSymbol, valueSymbol }: Mover): unknown {
  return transfer.length === 0 ? message : move({ [transferableSymbol]: transfer, [valueSymbol]: message });
}
