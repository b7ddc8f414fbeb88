import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { importBehaviors } from '../behavior-module.js';
import type { Attachment, ControlMessage, ThreadNews } from '../control-messages.js';
import { importCodec } from '../import-codec.js';
import { type BlockLayout, layOutBlock } from '../layout/block-layout.js';
import { Block } from '../memory/block.js';
import { MapIndex } from '../memory/map-index.js';
import { ParticipantWord } from '../memory/participant-words.js';
import { SharedRound } from '../memory/round.js';
import { SessionTable } from '../memory/session-table.js';
import { Staging } from '../memory/staging.js';
import { World } from '../memory/world.js';
import { Participant } from '../participant.js';
import { makeRunner, runtimeFor, setUpBehavior } from '../runtime-loader.js';
import type { BatchRunner } from '../scheduler.js';
import { packError } from '../thread-error.js';
import { collectGarbage } from './collect-garbage.js';
import { ThreadClock } from './thread-clock.js';

/**
 * A place among the participants of a manager, taken by this thread. Its sessions are those of the host, in shared memory.
 */
export interface AttachedParticipant extends BatchRunner {
  /** 1 … 255. */
  readonly participant: number;
  /**
   * Runs batches `begin … end − 1` of the round in hand, as the scheduler has given them to this thread. What sessions throw goes to the host
   * at once.
   */
  runBatches(begin: number, end: number): void;
  /** To be called when the thread has run its part of a round, before it returns to its event loop: lets go of the sessions, and changes nothing that another thread can see. */
  park(): void;
  /** Takes what the host has posted since the last round. Called by itself before a round; for whoever is woken between rounds. */
  takeMessages(): void;
  /** Gives the place back: the host hears that this thread touches nothing any more. */
  leave(): void;
}

/**
 * Takes part in a manager's ticks: imports `workerSetup` and the behaviours, attaches the session table and its blocks, and tells the host
 * (`ParticipantSeat.ready`). `port` is the seat's, transferred to this thread; it is this function's from then on. Rejects, having told
 * the host and closed the port, when a behaviour cannot be imported or its `setup` fails.
 */
export async function attachParticipant(port: MessagePort): Promise<AttachedParticipant> {
  // The port alone may be what keeps this thread alive.
  port.ref();
  const post = (news: ThreadNews): void => port.postMessage(news);
  try {
    const attachment = receiveMessageOnPort(port)?.message as Attachment;
    const thread = new ThreadParticipant(port, attachment, post);
    await thread.open(attachment, post);
    post({ kind: 'ready' });
    return thread;
  } catch (error) {
    post({ kind: 'failed', error: packError(error) });
    port.close();
    throw error;
  }
}

class ThreadParticipant implements AttachedParticipant {
  readonly participant: number;
  readonly #port: MessagePort;
  readonly #table: SessionTable;
  readonly #words: Int32Array;
  readonly #round: SharedRound;
  readonly #world: World;
  readonly #clock = new ThreadClock();
  readonly #shared: Map<string, ArrayBufferView>;
  readonly #participantOfTable: Participant;
  #layouts: readonly BlockLayout[] = [];
  #garbageIsDue = false;

  constructor(port: MessagePort, { participant, table, staging, mapIndex, shared }: Attachment, post: (news: ThreadNews) => void) {
    this.participant = participant;
    this.#port = port;
    this.#table = SessionTable.attach(table);
    this.#words = this.#table.participantWords(participant);
    this.#round = new SharedRound(this.#table);
    this.#shared = new Map(shared);
    this.#participantOfTable = new Participant(this.#table, this.#round, Staging.attach(staging), participant, {
      beginRound: () => this.#beginRound(),
      fault: ({ blockIndex, begin, end, error }) => {
        post({ kind: 'fault', blockIndex, begin, end, error: packError(error) });
        this.#words[ParticipantWord.faults]++;
      },
    });
    this.#world = new World(this.#table, this.#participantOfTable.blocks, MapIndex.attach(mapIndex));
  }

  async open(attachment: Attachment, post: (news: ThreadNews) => void): Promise<void> {
    const { workerSetup, codecUrl, seed, sizes } = attachment;
    const behaviors = await importBehaviors(attachment.behaviors, {
      workerSetup,
      onImport: (url) => post({ kind: 'importing', url }),
    });
    const codec = await importCodec(codecUrl);
    for (const behavior of behaviors) await setUpBehavior(behavior, this.#shared);
    this.#layouts = behaviors.map(({ layout }) => layOutBlock(layout, sizes));
    const services = {
      tick: this.#clock,
      behaviors,
      codec,
      seed,
      outboxFlags: this.#table.outboxFlags,
      world: this.#world,
      shared: this.#shared,
    };
    for (const behavior of behaviors) {
      const runtime = await runtimeFor(behavior);
      this.#participantOfTable.addBehavior((progress, faults) =>
        makeRunner(runtime, behavior, { table: this.#table, services, progress, faults }),
      );
    }
    for (const block of attachment.blocks) this.#take(block);
    this.#words[ParticipantWord.acknowledged] = attachment.control;
  }

  runBatches(begin: number, end: number): void {
    this.#participantOfTable.runBatches(begin, end);
  }

  park(): void {
    this.#world.isOpen = false;
    this.#participantOfTable.park();
  }

  takeMessages(): void {
    const { control } = this.#round;
    if (control === this.#words[ParticipantWord.acknowledged]) return;
    // Posted before the number was raised: all up to it are there. An event handler would be too late.
    for (let item = receiveMessageOnPort(this.#port); item !== undefined; item = receiveMessageOnPort(this.#port)) {
      this.#take(item.message as ControlMessage);
    }
    this.#words[ParticipantWord.acknowledged] = control;
    if (this.#garbageIsDue) {
      this.#garbageIsDue = false;
      // Not here: a round may be waiting for this thread.
      setImmediate(() => void this.#collect());
    }
  }

  leave(): void {
    try {
      this.park();
    } finally {
      this.#port.close();
    }
  }

  async #collect(): Promise<void> {
    await collectGarbage();
    this.#port.postMessage({ kind: 'collected' } satisfies ThreadNews);
  }

  #beginRound(): void {
    this.takeMessages();
    this.#clock.set(this.#round);
    this.#world.isOpen = this.#round.worldOpen;
  }

  #take(message: ControlMessage): void {
    switch (message.kind) {
      case 'block': {
        const { blockIndex, behaviorIndex, buffer } = message;
        this.#participantOfTable.addBlock(new Block(this.#table, blockIndex, behaviorIndex, this.#layouts[behaviorIndex], buffer));
        break;
      }
      case 'drop':
        this.#participantOfTable.dropBlock(message.blockIndex);
        break;
      case 'map index':
        this.#world.maps = MapIndex.attach(message.buffer);
        break;
      case 'shared':
        this.#shared.set(message.name, message.view);
        break;
      case 'collect':
        this.#garbageIsDue = true;
    }
  }
}
