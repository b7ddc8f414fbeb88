/** Which sessions: those to which all that is given applies. At least one must be. */
export interface BroadcastTarget {
  readonly mapId?: number | undefined;
  readonly groupId?: number | undefined;
  /** False: sleepers are left asleep, and do not get it. Default true. */
  readonly wake?: boolean | undefined;
}
