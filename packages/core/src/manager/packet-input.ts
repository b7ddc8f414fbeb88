import { DormouseError, requireInteger, shown } from '../errors.js';
import { NO_ENTRY } from '../hibernation/sleepers.js';
import { Column, maxPayloadBytes, ROW_BITS } from '../layout/geometry.js';
import { InboundRun } from '../memory/inbound-run.js';
import type { InputTap } from '../recording/observer.js';
import { type HandleOwner, PushOutcome, SessionHandle } from '../session/handle.js';
import { NO_SLOT, type SessionStore } from '../session/store.js';
import { lengthOf } from './population.js';
import type { RequestQueue } from './requests.js';
import type { Hibernation } from './sleep/hibernation.js';
import { NO_ROOM } from './sleep/waking.js';

const MAX_OPCODE = 0xffff;

/** Packets from the host into sessions' inbound rings, at once or, while a tick is in flight, when it has ended. */
export class PacketInput {
  readonly #store: SessionStore;
  readonly #queue: RequestQueue;
  readonly #owner: HandleOwner;
  readonly #isQueueing: () => boolean;
  readonly #ringBytes: number;
  readonly #inputs: InputTap;
  readonly #hibernation: Hibernation;
  /** For the next batch, the one that owns the table's list; undefined while that is under way. */
  #idleRun: InboundRun | undefined;

  constructor(
    store: SessionStore,
    queue: RequestQueue,
    owner: HandleOwner,
    isQueueing: () => boolean,
    ringBytes: number,
    inputs: InputTap,
    hibernation: Hibernation,
  ) {
    this.#hibernation = hibernation;
    this.#store = store;
    this.#queue = queue;
    this.#owner = owner;
    this.#isQueueing = isQueueing;
    this.#ringBytes = ringBytes;
    this.#inputs = inputs;
    this.#idleRun = new InboundRun(store.table, true);
  }

  push(handle: SessionHandle, opcode: number, payload: Uint8Array): PushOutcome {
    if (!(payload instanceof Uint8Array)) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `payload must be a Uint8Array: got ${shown(payload)}`);
    }
    if ((opcode & MAX_OPCODE) !== opcode) requireInteger('opcode', opcode, 0, MAX_OPCODE);
    this.#requireFit(payload.length, opcode);
    const slot = SessionHandle.locate(handle, this.#owner);
    return this.#isQueueing()
      ? this.#later(handle, slot, opcode, copyOf(payload, 0, payload.length))
      : this.#now(handle, slot, opcode, payload, 0, payload.length);
  }

  /** See `SessionManager.pushBatch`. Everything is checked before anything is pushed; where sessions are is not: who hears of one that wakes moves others. */
  pushBatch(
    handles: ArrayLike<SessionHandle>,
    opcode: number | ArrayLike<number>,
    payloads: Uint8Array,
    payloadBytes: number | ArrayLike<number>,
    outcomes: Uint8Array | undefined,
  ): number {
    const count = lengthOf(handles);
    this.#checkBatch(count, opcode, payloads, payloadBytes, outcomes);
    const store = this.#store;
    // Who hears of a session that wakes may push a batch of its own.
    const run = this.#idleRun ?? new InboundRun(store.table, false);
    this.#idleRun = undefined;
    try {
      run.begin(count, opcode, payloads, payloadBytes, store.clock.nowMs);
      SessionHandle.note(handles, count, this.#owner, run.packets);
      return count - this.#pushAll(handles, run, outcomes);
    } finally {
      run.end();
      this.#idleRun = run;
    }
  }

  /** The packets of a batch, by runs where they go the short way; returns how many were refused. */
  #pushAll(handles: ArrayLike<SessionHandle>, run: InboundRun, outcomes: Uint8Array | undefined): number {
    const { count } = run;
    const store = this.#store;
    const { blocks } = store.pool;
    const isQueueing = this.#isQueueing();
    let refused = 0;
    while (run.next < count) {
      const number = run.next;
      const block = isQueueing ? undefined : blocks[run.nextSlot >> ROW_BITS];
      // A recording is told of each packet.
      if (block !== undefined && this.#inputs.observer === undefined && !this.#owner.isClosed) {
        store.rings.pushCells(run, store.kernels);
        if (run.next === number) store.rings.pushRun(block, run, store.kernels);
      }
      if (run.next === number) {
        const outcome = this.#pushNext(handles[number], run, isQueueing);
        if (outcome > PushOutcome.queued) refused++;
        if (outcomes !== undefined) outcomes[number] = outcome;
      } else outcomes?.fill(PushOutcome.delivered, number, run.next);
    }
    return refused;
  }

  /** One packet of a batch, whatever becomes of it. */
  #pushNext(handle: SessionHandle, run: InboundRun, isQueueing: boolean): PushOutcome {
    const { payloads, start } = run;
    const header = run.nextHeader;
    const length = header >>> 16;
    run.next++;
    run.start += length;
    const slot = SessionHandle.locate(handle, this.#owner);
    return isQueueing
      ? this.#later(handle, slot, header & MAX_OPCODE, copyOf(payloads, start, length))
      : this.#now(handle, slot, header & MAX_OPCODE, payloads, start, length);
  }

  #now(handle: SessionHandle, slot: number, opcode: number, payload: Uint8Array, start: number, length: number): PushOutcome {
    const awake = slot === NO_SLOT || this.#store.isAsleep(slot) ? this.#wake(handle, slot) : slot;
    if (awake < 0) return awake === NO_ROOM ? PushOutcome.full : PushOutcome.stale;
    return this.#put(awake, opcode, payload, start, length) ? PushOutcome.delivered : PushOutcome.full;
  }

  /** A packet wakes whom it is for: it is there in its next update. */
  #wake({ accountId, incarnation }: SessionHandle, slot: number): number {
    if (slot === NO_SLOT && this.#owner.findSleeper(accountId, incarnation) === NO_ENTRY) return NO_SLOT;
    this.#inputs.observer?.changed('wake', accountId, 0);
    return this.#hibernation.wakeSlot(accountId);
  }

  #put(slot: number, opcode: number, payload: Uint8Array, start: number, length: number): boolean {
    const isDelivered = this.#store.push(slot, opcode, payload, start, length);
    const { observer } = this.#inputs;
    if (observer !== undefined) {
      const accountId = this.#store.word(slot, Column.account) >>> 0;
      observer.pushed(accountId, opcode, payload, start, length, isDelivered);
    }
    return isDelivered;
  }

  #later(handle: SessionHandle, slot: number, opcode: number, payload: Uint8Array): PushOutcome {
    if (slot === NO_SLOT && handle.status === 'released') return PushOutcome.stale;
    const { accountId } = handle;
    this.#queue.add('push', accountId, () => {
      const outcome = this.#now(handle, SessionHandle.locate(handle, this.#owner), opcode, payload, 0, payload.length);
      if (outcome === PushOutcome.stale) {
        throw new DormouseError('ERR_SESSION_STALE', `packet ${opcode} for ${handle} came after its release`, { accountId });
      }
      if (outcome === PushOutcome.full) {
        throw new DormouseError('ERR_RING_FULL', `packet ${opcode} of ${payload.length} bytes found the inbound ring of ${handle} full`, {
          accountId,
        });
      }
    });
    return PushOutcome.queued;
  }

  #checkBatch(
    count: number,
    opcode: number | ArrayLike<number>,
    payloads: Uint8Array,
    payloadBytes: number | ArrayLike<number>,
    outcomes: Uint8Array | undefined,
  ): void {
    if (!(payloads instanceof Uint8Array)) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `payloads must be a Uint8Array: got ${shown(payloads)}`);
    }
    if (outcomes !== undefined && !(outcomes instanceof Uint8Array && outcomes.length >= count)) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `outcomes must be a Uint8Array of at least ${count}: got ${shown(outcomes)}`);
    }
    requireEach('opcode', opcode, count);
    requireEach('payloadBytes', payloadBytes, count);
    let total = 0;
    if (typeof opcode === 'number') requireInteger('opcode', opcode, 0, MAX_OPCODE);
    else
      for (let i = 0; i < count; i++) if ((opcode[i] & MAX_OPCODE) !== opcode[i]) requireInteger(`opcode[${i}]`, opcode[i], 0, MAX_OPCODE);
    if (typeof payloadBytes === 'number') {
      this.#requireFit(payloadBytes, typeof opcode === 'number' ? opcode : opcode[0]);
      total = count * payloadBytes;
    } else {
      for (let i = 0; i < count; i++) {
        this.#requireFit(payloadBytes[i], typeof opcode === 'number' ? opcode : opcode[i]);
        total += payloadBytes[i];
      }
    }
    if (payloads.length < total) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `payloads must hold ${total} bytes for ${count} packets: got ${payloads.length}`);
    }
  }

  #requireFit(length: number, opcode: number): void {
    const most = maxPayloadBytes(this.#ringBytes);
    if (length >>> 0 === length && length <= most) return;
    throw new DormouseError(
      'ERR_PACKET_TOO_LARGE',
      `a payload must be 0…${most} bytes with ringBytes ${this.#ringBytes}: got ${length} (opcode ${opcode})`,
    );
  }
}

/** Not `slice`: that of a Buffer shares its memory. */
function copyOf(payload: Uint8Array, start: number, length: number): Uint8Array {
  return new Uint8Array(payload.subarray(start, start + length));
}

function requireEach(name: string, value: number | ArrayLike<number>, count: number): void {
  if (typeof value === 'number') return;
  const length = lengthOf(value);
  if (length < count) throw new DormouseError('ERR_INVALID_ARGUMENT', `${name} must be one number or ${count}: got ${length}`);
}
