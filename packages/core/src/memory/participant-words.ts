/**
 * A participant's words in the table, one cache line each. In this version the calling thread is the only participant;
 * the words of parallel dispatch (range, inside, leave, acknowledged) join them with the parallel backends.
 */
export const ParticipantWord = {
  /** Row now being updated; -1 between rows and for a whole segment. Writer: the participant, plain stores. */
  row: 0,
  /** Block being updated, plus one; 0 between segments. */
  block: 1,
} as const;
