import { DormouseError, requireInteger, requireKeys, shown } from '../errors.js';
import { Column, ROW_MASK, ROWS, SlotState } from '../layout/geometry.js';
import { maxRecordBytes } from '../memory/record-ring.js';
import type { InputTap } from '../recording/observer.js';
import type { BroadcastTarget } from '../session/broadcast-target.js';
import { NO_SLOT, type SessionStore } from '../session/store.js';
import { isComingOrGoing } from './outbox-delivery.js';
import type { RequestQueue } from './requests.js';
import type { Hibernation } from './sleep/hibernation.js';

/** What became of a broadcast. */
export interface BroadcastOutcome {
  /** Sessions that have it in their mailboxes: their next update sees it. 0 while it is queued. */
  readonly delivered: number;
  /** Sessions whose mailboxes were full. */
  readonly full: number;
  /** True while a tick is in flight: it is delivered when that has ended, to whoever is there then; counts stand in the tick's report. */
  readonly queued: boolean;
}

const MAX_U32 = 0xffff_ffff;
/** Sender of what the host sends. */
const HOST = 0;
const TARGET_KEYS = ['mapId', 'groupId', 'wake'] as const;
const NOBODY: readonly Concerned[] = Object.freeze([]);
const QUEUED: BroadcastOutcome = Object.freeze({ delivered: 0, full: 0, queued: true });

/** A sleeper that a broadcast is for. */
interface Concerned {
  readonly accountId: number;
  readonly incarnation: number;
}

/** Messages of the host to many sessions. Main thread only. */
export class Broadcasts {
  readonly #store: SessionStore;
  readonly #queue: RequestQueue;
  readonly #isQueueing: () => boolean;
  readonly #inputs: InputTap;
  readonly #mailboxBytes: number;
  readonly #hibernation: Hibernation;

  constructor(
    store: SessionStore,
    queue: RequestQueue,
    isQueueing: () => boolean,
    mailboxBytes: number,
    inputs: InputTap,
    hibernation: Hibernation,
  ) {
    this.#store = store;
    this.#hibernation = hibernation;
    this.#queue = queue;
    this.#isQueueing = isQueueing;
    this.#inputs = inputs;
    this.#mailboxBytes = mailboxBytes;
  }

  /** See `SessionManager.broadcast`. */
  send(target: BroadcastTarget, opcode: number, payload: Uint8Array): BroadcastOutcome {
    const checked = checkTarget(target);
    requireInteger('opcode', opcode, 0, 0xffff);
    if (!(payload instanceof Uint8Array)) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `payload must be a Uint8Array: got ${shown(payload)}`);
    }
    const most = maxRecordBytes({ capacity: this.#mailboxBytes / 4 });
    if (payload.length > most) {
      const limit = `0…${most} bytes with mailboxBytes ${this.#mailboxBytes}`;
      throw new DormouseError(
        'ERR_PACKET_TOO_LARGE',
        `the payload of a message must be ${limit}: got ${payload.length} (opcode ${opcode})`,
      );
    }
    if (!this.#isQueueing()) return this.deliver(checked, opcode, payload);
    // Not `slice`: that of a Buffer shares its memory.
    const copy = new Uint8Array(payload);
    this.#queue.add('broadcast', 0, () => void this.deliver(checked, opcode, copy));
    return QUEUED;
  }

  /** At once, whatever phase the tick is in; the arguments have been checked. */
  deliver({ mapId, groupId, wake = true }: BroadcastTarget, opcode: number, payload: Uint8Array): BroadcastOutcome {
    this.#inputs.observer?.broadcasting({ mapId, groupId, wake }, opcode, payload);
    const store = this.#store;
    const sleepers = wake ? this.#sleepers(mapId, groupId) : NOBODY;
    const { mail, pool, table } = store;
    // As words are compared: columns are signed.
    const map = mapId === undefined ? 0 : mapId | 0;
    const group = groupId === undefined ? 0 : groupId | 0;
    let delivered = 0;
    let full = 0;
    for (const block of pool.blocks) {
      if (block === undefined) continue;
      for (let row = 0; row < ROWS; row++) {
        const state = table.slotStates[block.firstSlot + row];
        if (state === SlotState.free || state === SlotState.hibernating) continue;
        if (mapId !== undefined && block.page[Column.map + row] !== map) continue;
        if (groupId !== undefined && block.page[Column.group + row] !== group) continue;
        // On its way out it reads no more, and may have a message on view.
        if (store.isInHook && isComingOrGoing(store, block.firstSlot + row)) continue;
        if (mail.post(block, row, HOST, opcode, payload)) delivered++;
        else full++;
      }
    }
    for (const { accountId, incarnation } of sleepers) {
      const slot = this.#hibernation.wakeIncarnation(accountId, incarnation);
      if (slot === NO_SLOT) continue;
      if (slot < 0) mail.full++;
      if (slot >= 0 && mail.post(store.block(slot), slot & ROW_MASK, HOST, opcode, payload)) delivered++;
      else full++;
    }
    return { delivered, full, queued: false };
  }

  /** Those asleep that it is for, by ascending account: who hears of one that wakes may have others released, and created anew. */
  #sleepers(mapId: number | undefined, groupId: number | undefined): readonly Concerned[] {
    const { sleepers } = this.#store;
    if (sleepers.count === 0) return NOBODY;
    const entries = mapId === undefined ? sleepers.ofGroup(groupId as number) : sleepers.ofMap(mapId);
    const concerned =
      mapId === undefined || groupId === undefined ? entries : entries.filter((entry) => sleepers.groupOf(entry) === groupId);
    return concerned.map((entry) => ({ accountId: sleepers.accountOf(entry), incarnation: sleepers.incarnationOf(entry) }));
  }
}

function checkTarget(target: BroadcastTarget): BroadcastTarget {
  if (typeof target !== 'object' || target === null) {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `the target of a broadcast must be { mapId?, groupId?, wake? }: got ${shown(target)}`);
  }
  requireKeys('key of a broadcast’s target', target, TARGET_KEYS);
  const { mapId, groupId, wake } = target;
  if (mapId === undefined && groupId === undefined) {
    throw new DormouseError('ERR_INVALID_ARGUMENT', 'a broadcast must say to which mapId or groupId, or both');
  }
  if (mapId !== undefined) requireInteger('mapId', mapId, 0, MAX_U32);
  if (groupId !== undefined) requireInteger('groupId', groupId, 0, MAX_U32);
  if (wake !== undefined && typeof wake !== 'boolean') {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `wake must be true or false: got ${shown(wake)}`);
  }
  return { mapId, groupId, wake };
}
