/** Red, green, blue, 0 … 255 each. */
export type Colour = readonly [number, number, number];

/** Hypsometric tints from the lowest ground to the highest, in between mixed. */
const TINTS: readonly Colour[] = ['#10292f', '#173b3f', '#24514c', '#3d6b58', '#628564', '#8f9f72', '#bdb78a', '#e3d5ae'].map(parsed);

/** A bot that walks, and one that rests. */
export const WALKING: Colour = parsed('#fff4d6');
export const RESTING: Colour = parsed('#7fd1d8');
/** What bots leave behind, and a walking bot where dots are coarse. */
export const TRAIL: Colour = parsed('#ff9a45');

/** The tint of ground at `share` of the way from the lowest to the highest, 0 … 1. */
export function tint(share: number): Colour {
  const at = Math.min(Math.max(share, 0), 1) * (TINTS.length - 1);
  const below = Math.min(Math.floor(at), TINTS.length - 2);
  return mixed(TINTS[below], TINTS[below + 1], at - below);
}

/** `share` of the way from one colour to another. */
export function mixed(from: Colour, to: Colour, share: number): Colour {
  const channel = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [channel(0), channel(1), channel(2)];
}

export function hex(colour: Colour): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function parsed(text: string): Colour {
  const channel = (index: number) => Number.parseInt(text.slice(1 + index * 2, 3 + index * 2), 16);
  return [channel(0), channel(1), channel(2)];
}
