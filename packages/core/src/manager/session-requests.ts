import { DormouseError, messageOf } from '../errors.js';
import type { Codec } from '../layout/codec.js';
import { Column, ROW_MASK } from '../layout/geometry.js';
import type { Logger } from '../logger.js';
import { OutKind, recordKind } from '../memory/record-ring.js';
import { readLog, readSpawn } from '../memory/request-records.js';
import type { SessionStore } from '../session/store.js';
import type { TickClock } from '../session/tick-clock.js';
import type { RefusedRequest } from '../tick-report.js';
import type { AskDesk } from './asks/ask-desk.js';
import type { SpawnRequest } from './population.js';

/** Who carries out what changes the population. */
export interface RequestedChanges {
  /** Creates a session at once, whatever phase the tick is in. Throws as `createSession`. */
  spawn(request: SpawnRequest): void;
  releaseSlot(slot: number): void;
  moveSlot(slot: number, column: number, value: number): void;
}

export interface SessionRequestParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly codec: Codec;
  readonly asks: AskDesk;
  readonly changes: () => RequestedChanges;
  /** Where what sessions log goes. */
  readonly log: Logger;
}

type RequestKind = RefusedRequest['request'];

const KIND_NAMES: Readonly<Record<number, RequestKind>> = {
  [OutKind.ask]: 'ask',
  [OutKind.spawn]: 'spawn',
  [OutKind.release]: 'release',
  [OutKind.setMap]: 'setMap',
  [OutKind.setGroup]: 'setGroup',
  [OutKind.log]: 'log',
};

/** Carries out what sessions ask for beside messages, one record of an outbox at a time. Main thread only. */
export class SessionRequests {
  /** Since start: sessions created and released, maps and groups changed for sessions that asked. */
  applied = 0;
  readonly #parts: SessionRequestParts;

  constructor(parts: SessionRequestParts) {
    this.#parts = parts;
  }

  /** Carries out the record whose head is at word `at` of a session's block. What cannot be done is returned, and stops nothing else. */
  carryOut(slot: number, at: number): RefusedRequest | undefined {
    const { store, asks } = this.#parts;
    const block = store.block(slot);
    const row = slot & ROW_MASK;
    const words = block.cold.i32;
    const kind = recordKind(words, at);
    // Read now: a session that has gone leaves nothing.
    const requestedBy = block.page[Column.account + row] >>> 0;
    let accountId = requestedBy;
    try {
      switch (kind) {
        case OutKind.ask:
          asks.submit(block, row, at);
          return undefined;
        case OutKind.log:
          this.#log(requestedBy, words, at);
          return undefined;
        case OutKind.spawn:
          accountId = words[at + 1] >>> 0;
          this.#spawn(slot, words, at);
          break;
        default:
          // On its way out, what it asks for itself is done with.
          if (store.hookOf(slot) === 'release') return undefined;
          this.#change(kind, slot, words[at + 1]);
      }
      this.applied++;
      return undefined;
    } catch (error) {
      return { request: KIND_NAMES[kind], accountId, requestedBy, error: asDormouseError(KIND_NAMES[kind], accountId, requestedBy, error) };
    }
  }

  #log(accountId: number, words: Int32Array, at: number): void {
    const { log, clock } = this.#parts;
    const { level, text } = readLog(words, at);
    log[level](`tick ${clock.number}: account ${accountId}: ${text}`);
  }

  #spawn(slot: number, words: Int32Array, at: number): void {
    const { store, codec, changes } = this.#parts;
    const { accountId, mapId, groupId, behaviorName, init } = readSpawn(words, at);
    changes().spawn({
      accountId,
      behaviorName,
      likeSlot: slot,
      mapId: mapId ?? store.word(slot, Column.map) >>> 0,
      groupId: groupId ?? store.word(slot, Column.group) >>> 0,
      init: init === undefined ? undefined : codec.decode(init),
    });
  }

  #change(kind: number, slot: number, value: number): void {
    const { changes } = this.#parts;
    if (kind === OutKind.release) changes().releaseSlot(slot);
    else changes().moveSlot(slot, kind === OutKind.setMap ? Column.map : Column.group, value);
  }
}

function asDormouseError(kind: RequestKind, accountId: number, requestedBy: number, error: unknown): DormouseError {
  if (DormouseError.isInstance(error)) return error;
  return new DormouseError('ERR_SESSION_FAILED', `${kind} of account ${accountId} for account ${requestedBy} failed: ${messageOf(error)}`, {
    cause: error,
    accountId,
  });
}
