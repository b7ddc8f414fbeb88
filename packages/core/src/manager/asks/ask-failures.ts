import { stackOf } from '../../errors.js';
import { isObserved, publish } from '../../events.js';
import type { Logger } from '../../logger.js';
import type { AnswerFailure } from '../../session-api.js';
import type { AskRequest } from './ask-request.js';

/** Failures between two ticks that are logged one by one: a handler that is out of order fails for all sessions at once. */
const MOST_LOGGED = 5;
/** Of an error's text, in UTF-8: fits into every mailbox beside the longest topic. */
const MOST_ERROR_BYTES = 480;

/** Tells the logger and the event's subscribers of requests that came to an end without a value. */
export class AskFailures {
  readonly #logger: Logger;
  #count = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  tell({ session, requestId, topic }: AskRequest, status: AnswerFailure, error: string, thrown?: unknown): void {
    const { accountId } = session;
    topic.tally.failed[status]++;
    if (this.#isLogged(topic, status)) {
      const text = stackOf(thrown) ?? error;
      this.#logger.warn(
        `request ${requestId} of account ${accountId} on topic ${JSON.stringify(topic.key.name)} was answered ${status}: ${text}`,
      );
    }
    if (isObserved('dormouse:ask:failed')) {
      publish('dormouse:ask:failed', { topic: topic.key.name, accountId, requestId, status, error });
    }
  }

  /** A tick begins: says how many failures were not logged, and begins to log again. */
  tick(): void {
    if (this.#count > MOST_LOGGED) {
      this.#logger.warn(`${this.#count - MOST_LOGGED} more requests failed; getAskMetrics() counts them all`);
    }
    this.#count = 0;
  }

  #isLogged(topic: AskRequest['topic'], status: AnswerFailure): boolean {
    // A topic without a handler is one mistake, however often it is asked.
    if (status !== 'unhandled') return ++this.#count <= MOST_LOGGED;
    if (topic.isWarned) return false;
    topic.isWarned = true;
    return true;
  }
}

const encoder = new TextEncoder();

/** The beginning of an error's text, whole characters, in UTF-8. */
export function errorBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.min(MOST_ERROR_BYTES, text.length * 3));
  return bytes.slice(0, encoder.encodeInto(text, bytes).written);
}
