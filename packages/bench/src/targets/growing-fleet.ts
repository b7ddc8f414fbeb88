import type { Fleet, FleetOptions } from '../harness/fleet.js';
import { type ManagedFleet, openManagerFleet } from '../harness/manager-fleet.js';
import { createSessions } from '../harness/session-creation.js';

/** Fleets up to this size are one that grows and shrinks; to create ten times as many in each round would take longer than their ticks. */
const MOST_TOGETHER = 5000;

/** Opens fleets of these sizes, ascending, on as few managers as that takes: gives to each size its fleet, which is to be brought to it. */
export async function openGrowingFleets(
  options: Omit<FleetOptions, 'sessions'>,
  sizes: readonly number[],
): Promise<Map<number, GrowingFleet>> {
  const bySize = new Map<number, GrowingFleet>();
  try {
    const few = sizes.filter((size) => size <= MOST_TOGETHER);
    for (const together of [few, ...sizes.slice(few.length).map((size) => [size])]) {
      if (together.length === 0) continue;
      const growing = await GrowingFleet.open({ ...options, sessions: together[together.length - 1] });
      for (const size of together) bySize.set(size, growing);
    }
    return bySize;
  } catch (error) {
    await closeAll(bySize);
    throw error;
  }
}

export async function closeAll(bySize: ReadonlyMap<number, GrowingFleet>): Promise<void> {
  for (const growing of new Set(bySize.values())) await growing.close();
}

/** Sessions of one manager, as many as are asked for: fleets of several sizes that share its threads, which take longer to start than ticks of all sizes do. */
export class GrowingFleet {
  readonly #fleet: ManagedFleet;
  readonly #options: FleetOptions;
  #sessions: number;

  private constructor(fleet: ManagedFleet, options: FleetOptions) {
    this.#fleet = fleet;
    this.#options = options;
    this.#sessions = options.sessions;
  }

  /** At its largest, `options.sessions`. Of workloads without packets, and whose sessions are the same however many there are: W0, W1, W4. */
  static async open(options: FleetOptions): Promise<GrowingFleet> {
    return new GrowingFleet(await openManagerFleet(options), options);
  }

  /** Runs its ticks. */
  get fleet(): Fleet {
    return this.#fleet;
  }

  /** Brings it to so many sessions, of the first ranks: creates those that are wanting, releases those that are too many. */
  resize(sessions: number): void {
    const { manager, accountIds } = this.#fleet;
    if (sessions > this.#sessions) createSessions(manager, this.#options.workload, sessions, this.#sessions);
    else if (sessions < this.#sessions) manager.releaseSessionBatch(accountIds.subarray(sessions, this.#sessions));
    this.#sessions = sessions;
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }
}
