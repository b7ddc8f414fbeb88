import { DormouseError, messageOf } from '../errors.js';
import type { NewSession } from '../session/new-row.js';
import type { RefusedRequest } from '../tick-report.js';

type Kind = RefusedRequest['request'];

interface Request {
  readonly kind: Kind;
  readonly accountId: number;
  readonly apply: () => void;
  /** Sessions more, or fewer, when it is carried out. */
  readonly countChange: number;
}

/**
 * What the host asks for while a tick is in flight: kept in call order and carried out when the tick has ended. Creations and
 * releases are answered at once from what the population will then be, so that a second creation of an account is refused where it
 * is asked for.
 */
export class RequestQueue {
  #requests: Request[] = [];
  /** Accounts that the queue will have created, or released (undefined). */
  readonly #accounts = new Map<number, NewSession | undefined>();
  #countChange = 0;

  get length(): number {
    return this.#requests.length;
  }

  /** Sessions more, or fewer, than now when all that is not yet carried out has been. */
  get countChange(): number {
    return this.#countChange;
  }

  add(kind: Kind, accountId: number, apply: () => void, countChange = 0): void {
    this.#countChange += countChange;
    this.#requests.push({ kind, accountId, apply, countChange });
  }

  addCreation(session: NewSession, apply: () => void): void {
    this.#accounts.set(session.accountId, session);
    this.add('create', session.accountId, apply, 1);
  }

  /** One request for many sessions; `accountId` 0. */
  addCreations(sessions: readonly NewSession[], apply: () => void): void {
    for (const session of sessions) this.#accounts.set(session.accountId, session);
    this.add('create', 0, apply, sessions.length);
  }

  addRelease(accountId: number, apply: () => void): void {
    this.#accounts.set(accountId, undefined);
    this.add('release', accountId, apply, -1);
  }

  /** The incarnation an account will have, 0 if it will have none; undefined where the queue does not change it. */
  willBe(accountId: number): number | undefined {
    return this.#accounts.has(accountId) ? (this.#accounts.get(accountId)?.incarnation ?? 0) : undefined;
  }

  /** The session that an account will have by then because it was asked for here. */
  plannedFor(accountId: number): NewSession | undefined {
    return this.#accounts.get(accountId);
  }

  /** Carries everything out, what is added meanwhile too; returns what could not be. */
  applyAll(): readonly RefusedRequest[] {
    const refused: RefusedRequest[] = [];
    const requests = this.#requests;
    for (let i = 0; i < requests.length; i++) {
      const { kind, accountId, apply, countChange } = requests[i];
      // From here on it counts among the sessions there are, or not at all.
      this.#countChange -= countChange;
      try {
        apply();
      } catch (error) {
        refused.push({ request: kind, accountId, error: asDormouseError(kind, accountId, error) });
      }
    }
    this.clear();
    return refused;
  }

  clear(): void {
    this.#requests = [];
    this.#accounts.clear();
    this.#countChange = 0;
  }
}

function asDormouseError(kind: Kind, accountId: number, error: unknown): DormouseError {
  if (DormouseError.isInstance(error)) return error;
  return new DormouseError('ERR_SESSION_FAILED', `queued ${kind} of account ${accountId} failed: ${messageOf(error)}`, {
    cause: error,
    accountId,
  });
}
