import { grouped } from './numbers.js';

/** Round values within `least…largest` for an axis, at most `most` of them. */
export function ticksOf(least: number, largest: number, log: boolean, most: number): number[] {
  for (const steps of log ? [[1, 2, 5], [1, 3], [1]] : []) {
    const ticks = decades(least, largest).flatMap((decade) => steps.map((step) => tidy(step * decade)));
    const within = ticks.filter((tick) => tick >= least && tick <= largest);
    if (within.length <= most) return within;
  }
  if (log)
    return thinned(
      decades(least, largest).filter((tick) => tick >= least && tick <= largest),
      most,
    );
  const span = largest - least;
  const step = decades(span / 1000, span)
    .flatMap((decade) => [1, 2, 5].map((factor) => tidy(factor * decade)))
    .sort((one, other) => one - other)
    .find((candidate) => span / candidate <= most - 1);
  if (step === undefined) return [least, largest];
  const first = Math.ceil(least / step);
  return Array.from({ length: Math.floor(largest / step) - first + 1 }, (_, index) => tidy((first + index) * step));
}

/** Powers of ten from the one at or below `least` to the one at or above `largest`. */
function decades(least: number, largest: number): number[] {
  const first = Math.floor(Math.log10(least));
  return Array.from({ length: Math.ceil(Math.log10(largest)) - first + 1 }, (_, index) => Number(`1e${first + index}`));
}

function thinned(ticks: readonly number[], most: number): number[] {
  const every = Math.ceil(ticks.length / most);
  return ticks.filter((_, index) => index % every === 0);
}

/** Without what binary fractions add: 0.3 and not 0.30000000000000004. */
const tidy = (value: number): number => Number(value.toPrecision(6));

/** The shortest text of a tick: `500`, `5 000`, `50 k`, `5 M`. */
export function tickText(tick: number): string {
  if (tick >= 1_000_000) return `${tidy(tick / 1_000_000)}\u202fM`;
  return tick >= 10_000 ? `${tidy(tick / 1000)}\u202fk` : grouped(String(tidy(tick)));
}
