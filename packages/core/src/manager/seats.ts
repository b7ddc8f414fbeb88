import { MessageChannel } from 'node:worker_threads';
import type { BehaviorDescriptor } from '../behavior-module.js';
import type { BlockNews, ControlMessage } from '../control-messages.js';
import { DormouseError, shown } from '../errors.js';
import type { RingSizes } from '../layout/block-layout.js';
import type { Codec } from '../layout/codec.js';
import { MAX_PARTICIPANTS, ROW_BITS, ROW_MASK } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { ParticipantWord, rowsUnderWay } from '../memory/participant-words.js';
import type { SharedRound } from '../memory/round.js';
import type { SessionTable } from '../memory/session-table.js';
import type { Staging } from '../memory/staging.js';
import type { World } from '../memory/world.js';
import { messagePack } from '../message-pack.js';
import type { RowFault } from '../participant.js';
import { Seat } from './seat.js';

/** What every thread is told when it joins. */
export interface SeatParts {
  readonly table: SessionTable;
  readonly round: SharedRound;
  readonly staging: Staging;
  readonly world: World;
  readonly shared: ReadonlyMap<string, ArrayBufferView>;
  readonly sizes: RingSizes;
  readonly behaviors: readonly BehaviorDescriptor[];
  readonly workerSetup: readonly string[];
  readonly codec: Codec;
  readonly seed: number;
}

/** Rows that were being updated when their participant's thread came to its end. */
export interface Interruption {
  readonly blockIndex: number;
  readonly begin: number;
  readonly end: number;
  readonly reason: string;
  readonly cause: unknown;
}

/**
 * The host's end of all participants but the caller: who they are, what they must be told, what they have to tell, and what those have
 * left behind whose thread is gone. Main thread only.
 */
export class Seats {
  /** Updates that failed in other threads, of the tick in hand; taken when it ends. */
  readonly faults: RowFault[] = [];
  /** The same for those that did not end. */
  readonly interruptions: Interruption[] = [];
  /** Participants retired since start. */
  retired = 0;
  readonly #parts: SeatParts;
  readonly #seats: (Seat | undefined)[] = [];
  /** Batches that retired participants had run. */
  #batchesOfRetired = 0;
  #mapIndex: SharedArrayBuffer;

  constructor(parts: SeatParts) {
    this.#parts = parts;
    this.#mapIndex = parts.world.maps.buffer;
  }

  /** A place for one more thread. Throws `ERR_SCHEDULER_CONTRACT` when there are 255, `ERR_CONFIG_INVALID` for a codec that no thread can have. */
  open(): Seat {
    const { table, round, staging, world, shared, sizes, behaviors, workerSetup, codec, seed } = this.#parts;
    let participant = 1;
    while (this.#seats[participant] !== undefined) participant++;
    if (participant >= MAX_PARTICIPANTS) {
      throw new DormouseError('ERR_SCHEDULER_CONTRACT', `participants must be 1…${MAX_PARTICIPANTS - 1}: asked for one more`);
    }
    // May throw; nothing is taken yet.
    const codecUrl = urlOf(codec);
    table.participantWords(participant).fill(0);
    const { port1, port2 } = new MessageChannel();
    const words = table.participantWords(participant);
    const seat = new Seat(participant, words, port1, port2, this.faults, (reason, cause) => this.#retire(seat, reason, cause));
    this.#seats[participant] = seat;
    this.#mapIndex = world.maps.buffer;
    seat.post({
      kind: 'attach',
      participant,
      table: table.attachment,
      staging: staging.buffer,
      sizes,
      behaviors,
      workerSetup,
      codecUrl,
      seed,
      mapIndex: this.#mapIndex,
      shared: [...shared],
      blocks: world.blocks.filter((block) => block !== undefined).map(newsOf),
      control: round.control,
    });
    return seat;
  }

  /** Batches that other threads have run since start, retired ones included. */
  get batchesRun(): number {
    let sum = this.#batchesOfRetired;
    for (const seat of this.#seats) if (seat !== undefined) sum += seat.batches;
    return sum;
  }

  blockAdded(block: Block): void {
    this.post(newsOf(block));
  }

  blockDropped(blockIndex: number): void {
    this.post({ kind: 'drop', blockIndex });
  }

  /** Posts to every participant, who takes it before it runs anything of a later round; returns its number. */
  post(message: ControlMessage): number {
    for (const seat of this.#seats) seat?.post(message);
    return this.#parts.round.raiseControl();
  }

  /** Participants whose threads have joined. */
  get joined(): readonly Seat[] {
    return this.#seats.filter((seat) => seat?.isReady === true) as Seat[];
  }

  /** Has one participant's thread collect garbage when it looks up next; resolves when it has, or is gone. */
  collect(seat: Seat): Promise<void> {
    const collecting = seat.collect();
    this.#parts.round.raiseControl();
    return collecting;
  }

  /** True when every participant has taken the control message of this number, or has come after it. */
  haveAcknowledged(control: number): boolean {
    return this.#seats.every((seat) => seat === undefined || seat.acknowledged - control >= 0);
  }

  /** Before a round is opened: what has changed since the last one without a message of its own. */
  beginRound(): void {
    const { buffer } = this.#parts.world.maps;
    if (buffer === this.#mapIndex) return;
    this.#mapIndex = buffer;
    this.post({ kind: 'map index', buffer });
  }

  /** When a round has ended: takes the faults that participants have posted during it. */
  endRound(): void {
    for (const seat of this.#seats) seat?.takeFaults();
  }

  /** Forgets all: their ports are closed, which lets threads that are left go. */
  close(): void {
    for (const seat of this.#seats.splice(0)) seat?.close();
  }

  /** Its thread is gone: says where it was interrupted, and lets the next one have its number. */
  #retire(seat: Seat, reason: string, cause: unknown): void {
    const { participant } = seat;
    if (this.#seats[participant] !== seat) return;
    seat.takeNews();
    this.#seats[participant] = undefined;
    this.#batchesOfRetired += seat.batches;
    this.retired++;
    this.#findInterruption(this.#parts.table.participantWords(participant), reason, cause);
  }

  #findInterruption(words: Int32Array, reason: string, cause: unknown): void {
    const { round, table } = this.#parts;
    const { epoch } = round;
    const batch = words[ParticipantWord.batch] - 1;
    // A row that was being written as a record was not changed by it: its batch is done again.
    if (epoch === 0 || round.isStoring || batch < 0 || words[ParticipantWord.epoch] !== epoch || round.isDone(batch, epoch)) return;
    const segment = words[ParticipantWord.segment];
    const blockIndex = table.batchList[segment >> ROW_BITS];
    const { begin, end, next } = rowsUnderWay(words[ParticipantWord.row]);
    // Sessions of the segment that were done may have sent, and flags are set behind a segment.
    table.outboundFlags[blockIndex] = 1;
    table.outboxFlags[blockIndex] = 1;
    round.resumeAt(batch, (segment & ~ROW_MASK) + next);
    if (begin < end) this.interruptions.push({ blockIndex, begin, end, reason, cause });
  }
}

function newsOf({ blockIndex, behaviorIndex, buffer }: Block): BlockNews {
  return { kind: 'block', blockIndex, behaviorIndex, buffer };
}

function urlOf(codec: Codec): string | undefined {
  if (codec === messagePack) return undefined;
  if (typeof codec.url === 'string' && codec.url !== '') return codec.url;
  throw new DormouseError(
    'ERR_CONFIG_INVALID',
    `codec must have a url, that of a module whose default export it is, on a scheduler with workers: got ${shown(codec.url)}`,
  );
}
