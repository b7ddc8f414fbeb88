import type { AnyBehavior, InitOf } from '../../behavior.js';
import { requireInteger } from '../../errors.js';
import type { Admission, AdmitOptions } from '../admission.js';
import { ManagerTransfer } from '../durable/manager-transfer.js';
import { partsOf, requireEngine } from '../manager-parts.js';
import type { DefragmentationReport } from '../upkeep/defragmentation.js';

const MAX_U32 = 0xffff_ffff;

/** How sessions are put to sleep and woken, and memory is given back (R-21 … R-26): see {@link SessionManager}. */
export abstract class ManagerHibernation<B extends AnyBehavior = AnyBehavior> extends ManagerTransfer<B> {
  /**
   * Brings accounts in by slices, so that no tick takes longer than its budget however many log in at once: at the beginning of each tick, before its
   * time advances, up to `perTick` sessions are created, in order, for no longer than `maintenanceSliceMs` of wall-clock time; but one at least.
   * `createSessionBatch` does the same at once, all or none.
   *
   * An account that cannot be created (`ERR_SESSION_EXISTS`, `ERR_SESSION_HOOK`, …) is listed in the report, and keeps no other out. At
   * `maxConcurrentSessions` the least recently active are put to sleep first, where `enableAutoHibernation` allows it. Several admissions queue.
   * Whatever happens, `created`, `adopted`, `failed` and `remaining` together are all accounts; `shutdown` cancels what is left. Throws `ERR_INVALID_ARGUMENT`.
   *
   * ```js
   * const { done } = manager.admitSessions(accountIds, { perTick: 50, options: { mapId: 530 } });
   * const { created, failed } = await done; // while run() or somebody else ticks
   * ```
   */
  admitSessions(accountIds: ArrayLike<number>, options: AdmitOptions<B, InitOf<B>> = {}): Admission {
    return requireEngine(this).intake.admissions.add(accountIds, options as AdmitOptions);
  }

  /**
   * Puts to sleep every active session that has been idle for as long as the threshold says, whatever `enableAutoHibernation` is; returns how
   * many. One with anything unread, untaken or due within 10 s of simulated time stays awake, and so does one whose `hibernate` hook is against it.
   * They are asleep at once; their memory is given back in slices of the ticks that follow. Queued while a tick is in flight: 0 then.
   */
  hibernateInactiveSessions(): number {
    return requireEngine(this).registry.sleep.hibernateInactive();
  }

  /**
   * Puts the account's session to sleep, however long it has been idle; false if there is none, it sleeps already or may not sleep now (see
   * {@link hibernateInactiveSessions}; one in quarantine never does). Unlike there, only what is due now keeps it awake. Queued while a tick is in flight: true then, and a refusal stands in its report.
   */
  hibernateSession(accountId: number): boolean {
    return requireEngine(this).registry.sleep.hibernate(accountId);
  }

  /**
   * Wakes the account's session, which counts as not idle from then on; false if it was not asleep, or cannot wake (`dormouse:request:refused` says why).
   * Queued while a tick is in flight.
   */
  reactivateSession(accountId: number): boolean {
    return requireEngine(this).registry.sleep.wake(accountId);
  }

  /** The same for all that sleep on a map; returns how many woke. Cost: those on the map, however many sleep elsewhere. */
  reactivateSessionsForMap(mapId: number): number {
    requireInteger('mapId', mapId, 0, MAX_U32);
    return requireEngine(this).registry.sleep.wakeAll('map', mapId);
  }

  /** The same for a group. For group 0 all sleepers are looked at. */
  reactivateSessionsForGroup(groupId: number): number {
    requireInteger('groupId', groupId, 0, MAX_U32);
    return requireEngine(this).registry.sleep.wakeAll('group', groupId);
  }

  /** Sessions asleep. */
  getHibernatedSessionCount(): number {
    return partsOf(this).engine?.hibernation.count ?? 0;
  }

  /** Bytes that the memory of those asleep took less what their records take; given back once `defragmentMemory` has been there. */
  getMemorySaved(): number {
    return partsOf(this).engine?.hibernation.memorySavedBytes ?? 0;
  }

  /**
   * Moves sessions together so that they need as few blocks of 64 as can be, lets go of the empty ones on every thread, and has the store compact its
   * records; then collects garbage as `collectGarbage` does if 64 MiB or more wait for that. By itself every `defragmentationIntervalMs`. Handles stay valid. In slices of
   * `maintenanceSliceMs` between ticks, and at the ends of those that follow one another without a pause: it comes to its end whether ticks come or not. Sleepers that
   * are not stored yet are stored first, if the store takes them.
   *
   * Afterwards there is room for `poolSize` sessions, as at start, in memory that is none before it is used. Rejects with `ERR_MEMORY`, what was
   * moved by then moved.
   */
  async defragmentMemory(): Promise<DefragmentationReport> {
    return requireEngine(this).maintenance.defragment(false);
  }

  /**
   * The same, and lays the sessions of each map, and in it those of each group, side by side, in new blocks: what old ones held beside what
   * their sessions hold now goes back too. Costs some 10 µs a session that moves, and meanwhile memory for those that have.
   */
  async optimizeMemoryLayout(): Promise<DefragmentationReport> {
    return requireEngine(this).maintenance.defragment(true);
  }

  /**
   * Has every thread collect its garbage, one after the other, so that what was dropped is given back to the operating system; resolves when all
   * have, and `getMemoryUsage().droppedBytes` says so. Stops each for 4 to 45 ms, by the size of its heap; this one between ticks, never inside one. While ticks come, four a
   * second or more, each thread has its turn right behind one, which is waited for at most twice as long as they are apart. Threads of a
   * scheduler that has no `rouse` collect when the next tick begins, and are not waited for.
   */
  async collectGarbage(): Promise<void> {
    await requireEngine(this).maintenance.collectGarbage();
  }
}
