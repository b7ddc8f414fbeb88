import { DormouseError, requireInteger, requireKeys, shown } from '../errors.js';
import { encodeWith } from '../layout/codec.js';
import { MAX_ACCOUNT_ID } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { PayloadCopier } from '../memory/payload-copier.js';
import { maxRecordBytes, NO_RECORD, OutKind } from '../memory/record-ring.js';
import { LOG_LEVELS, SpawnFlag, spawnHeadBytes, spawnWord } from '../memory/request-records.js';
import type { LogLevel, SpawnOptions } from '../session-api.js';
import { putInOutbox } from './outbox.js';
import type { RuntimeServices } from './services.js';

const MAX_U32 = 0xffff_ffff;
const SPAWN_OPTIONS = ['behavior', 'mapId', 'groupId'] as const;
/** Of a behaviour that is spawned by its name, in UTF-8. */
const MOST_NAME_BYTES = 255;
const NO_OPTIONS: SpawnOptions = Object.freeze({});
const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

/** What a session wants of the population, and of the log: written to its outbox, carried out when the tick ends. */
export class Requests {
  readonly #services: RuntimeServices;
  readonly #copier = new PayloadCopier();
  /** Texts on their way into an outbox. */
  #scratch = new Uint8Array(256);

  constructor(services: RuntimeServices) {
    this.#services = services;
  }

  spawn(block: Block, row: number, accountId: number, init: unknown, options: SpawnOptions = NO_OPTIONS): boolean {
    requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
    if (typeof options !== 'object' || options === null) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `options of spawn must be an object: got ${shown(options)}`);
    }
    requireKeys('option of spawn', options, SPAWN_OPTIONS);
    const { behavior, mapId, groupId } = options;
    if (mapId !== undefined) requireInteger('mapId', mapId, 0, MAX_U32);
    if (groupId !== undefined) requireInteger('groupId', groupId, 0, MAX_U32);
    if (behavior !== undefined && (typeof behavior !== 'string' || behavior === '')) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `behavior of spawn must be the name of a behaviour: got ${shown(behavior)}`);
    }
    const name = behavior === undefined ? NOTHING : encoder.encode(behavior);
    if (name.length > MOST_NAME_BYTES) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `behavior of spawn must be at most ${MOST_NAME_BYTES} bytes: got ${name.length}`);
    }
    const value = init === undefined ? NOTHING : encodeWith(this.#services.codec, init);
    const headBytes = spawnHeadBytes(name.length);
    const most = maxRecordBytes(block.services.outbox) - headBytes;
    if (value.length > most) {
      const limit = `${most} bytes with outboxBytes ${block.services.outbox.capacity * 4}`;
      throw new DormouseError('ERR_VALUE_TOO_LARGE', `init of account ${accountId} must be at most ${limit}: it takes ${value.length}`);
    }
    const flags =
      (mapId === undefined ? 0 : SpawnFlag.map) | (groupId === undefined ? 0 : SpawnFlag.group) | (init === undefined ? 0 : SpawnFlag.init);
    const at = putInOutbox(
      this.#services.outboxFlags,
      block,
      row,
      OutKind.spawn,
      accountId,
      spawnWord(flags, name.length),
      headBytes + value.length,
    );
    if (at === NO_RECORD) return false;
    const words = block.cold.i32;
    words[at] = mapId ?? 0;
    words[at + 1] = groupId ?? 0;
    this.#copier.copy(words, at + 2, name, 0, name.length);
    this.#copier.copy(words, at + (headBytes >> 2), value, 0, value.length);
    return true;
  }

  releaseSelf(block: Block, row: number): boolean {
    return putInOutbox(this.#services.outboxFlags, block, row, OutKind.release, 0, 0, 0) !== NO_RECORD;
  }

  setMap(block: Block, row: number, mapId: number): boolean {
    requireInteger('mapId', mapId, 0, MAX_U32);
    return putInOutbox(this.#services.outboxFlags, block, row, OutKind.setMap, mapId, 0, 0) !== NO_RECORD;
  }

  setGroup(block: Block, row: number, groupId: number): boolean {
    requireInteger('groupId', groupId, 0, MAX_U32);
    return putInOutbox(this.#services.outboxFlags, block, row, OutKind.setGroup, groupId, 0, 0) !== NO_RECORD;
  }

  /** A message that is too long for any outbox is cut off. */
  log(block: Block, row: number, message: string, level: LogLevel = 'info'): void {
    if (typeof message !== 'string') {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `a message to log must be a string: got ${shown(message)}`);
    }
    const number = LOG_LEVELS.indexOf(level);
    if (number < 0) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `level must be ${LOG_LEVELS.join(', ')}: got ${shown(level)}`);
    }
    const room = Math.min(message.length * 3, maxRecordBytes(block.services.outbox));
    if (this.#scratch.length < room) this.#scratch = new Uint8Array(room);
    const { written } = encoder.encodeInto(message, this.#scratch.subarray(0, room));
    const at = putInOutbox(this.#services.outboxFlags, block, row, OutKind.log, number, 0, written);
    if (at !== NO_RECORD) this.#copier.copy(block.cold.i32, at, this.#scratch, 0, written);
  }
}
