/** Metres a second after so many steps. */
export function paceAt(steps: number): number {
  return steps < 2 ? 1 : 2;
}
