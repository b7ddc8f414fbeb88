/** What a thread is to run of a tick: batches `begin … end − 1`, of which each does nothing. */
export interface Share {
  readonly begin: number;
  readonly end: number;
}

/** Runs a share; gives how many batches that were. */
export function runShare({ begin, end }: Share): number {
  let ran = 0;
  for (let batch = begin; batch < end; batch++) ran++;
  return ran;
}
