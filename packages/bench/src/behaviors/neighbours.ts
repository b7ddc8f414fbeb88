/** Accounts are numbered from here on without a gap: a neighbour's is known. */
export const FIRST_NEIGHBOUR = 1;
export const MESSAGES_A_TICK = 4;
/** Timers of a session that has timers. */
export const TIMERS = 16;

/** The account `distance` further on among `sessions`, round and round. */
export function neighbourOf(accountId: number, sessions: number, distance: number): number {
  return FIRST_NEIGHBOUR + ((accountId - FIRST_NEIGHBOUR + distance) % sessions);
}
