import type { AnyBehavior } from '../../behavior.js';
import type { SessionHandle } from '../../session/handle.js';
import { requireEngine } from '../manager-parts.js';
import { exportSession } from './export-session.js';
import { type ImportOptions, importSession } from './import-session.js';
import { ManagerDurability } from './manager-durability.js';

/** How sessions come from one manager to another: see {@link SessionManager}. */
export abstract class ManagerTransfer<B extends AnyBehavior = AnyBehavior> extends ManagerDurability {
  /**
   * All that the account's session is and has, as one blob of bytes that {@link importSession} makes a session of: state, timers, random stream, counters, what lies unread in its
   * rings, whether it sleeps. The session goes on here as if nothing had been; who moves it releases it once it has arrived. A sleeper is not woken.
   *
   * The blob is portable: of the same version of its format it is the same on every machine; it has a checksum, and the list of fields it takes to read it.
   * It is no secret and no proof: whoever can write one decides what the session is.
   *
   * Throws `ERR_SESSION_STALE` if there is no session, `ERR_TICK_IN_FLIGHT` while a tick is, `ERR_SESSION_HOOK` in a hook of the session itself, and for a sleeper
   * that is stored `ERR_STORE_FAILED` or `ERR_RECORD_CORRUPT` if its record cannot be read.
   */
  exportSession(accountId: number): Uint8Array {
    return exportSession(requireEngine(this), accountId);
  }

  /**
   * Makes a session of what {@link exportSession} of any manager gave. It goes on where it was: no hook runs; who slept sleeps on. It follows the behaviour of the same name, by
   * `migrate` where that is of a later version. Its simulated times — timers, wake time, last activity — are moved by what simulated time is later or earlier here; times that its
   * state holds are its own. A random stream that had not begun begins as it would have there. Requests that it had made and that were not answered there are answered
   * `error` when the next tick begins. It counts as created: a number that no handle has had, `dormouse:session:created`.
   *
   * Queued while a tick is in flight, as a creation; what can be wrong with the bytes is told at once. Recorded by `recordInputs`. Throws `ERR_BLOB_INVALID` (which says what is
   * wrong, and where), `ERR_RECORD_SHAPE` for a behaviour that is not here, is older here, or has other fields, `ERR_RECORD_MIGRATION`, `ERR_SESSION_EXISTS`, `ERR_SESSION_LIMIT` (a sleeper counts against
   * `sessionCeiling` alone); nothing has changed then.
   *
   * ```js
   * const bytes = here.exportSession(10001);
   * there.importSession(bytes);
   * here.releaseSession(10001);
   * ```
   */
  importSession(bytes: Uint8Array, options: ImportOptions = {}): SessionHandle<B> {
    return importSession(requireEngine(this), bytes, options) as SessionHandle as SessionHandle<B>;
  }
}
