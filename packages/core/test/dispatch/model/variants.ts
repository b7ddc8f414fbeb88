/** What is searched. */
export interface Setting {
  /** Besides the caller. */
  readonly workers: number;
  readonly callerDrains: boolean;
  readonly batches: number;
  readonly ticks: number;
  /** Threads that die, each at any step. */
  readonly deaths: number;
  /** A dead worker's place is taken by a new one. Default: true. */
  readonly replaces?: boolean;
  /** Rows of a block: 2 is a batch of one segment, 1 a batch of two. Default 2. */
  readonly blockRows?: 1 | 2;
  /** `updateBatch`: a segment is updated in one call. */
  readonly wholeSegments?: boolean;
  /** Between the first two ticks the last worker is asked to leave. */
  readonly oneLeaves?: boolean;
  /** Batches that the caller runs before it opens the gate: it took the tick for a small one. */
  readonly ranAlone?: number;
  /** Nobody takes from anybody else's range. */
  readonly doesNotSteal?: boolean;
  readonly variant?: Variant;
  /** Searches the steps that only the participant itself can see in every order too. */
  readonly everyOrder?: boolean;
}

/** The earlier gate, and ways to get the protocol wrong. Each is found by the search, or it would not be here. */
export interface Variant {
  /** One counter of who is inside, on which the host spins: the earlier gate. */
  readonly oneInsideCounter?: boolean;
  /** The count decides when a round is over, and ranges what is left of it: the earlier gate. */
  readonly remainIsTruth?: boolean;
  readonly wholeBatchAgain?: boolean;
  readonly closeDoesNotWait?: boolean;
  readonly rowNotRecorded?: boolean;
  readonly batchWordKept?: boolean;
  readonly batchWordFirst?: boolean;
  readonly fromAfterRow?: boolean;
  readonly segmentBeforeRow?: boolean;
  readonly doneAfterCount?: boolean;
  readonly epochReadLate?: boolean;
  readonly armedReadFirst?: boolean;
  readonly fenceTooEarly?: boolean;
  readonly rangesKept?: boolean;
  readonly leftoversKept?: boolean;
  readonly claimByStore?: boolean;
  readonly doneBeforeWork?: boolean;
  readonly takenMayBeTakenBack?: boolean;
}
