import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Attachment, ControlMessage, ThreadNews } from '../control-messages.js';
import { DormouseError } from '../errors.js';
import { ParticipantWord } from '../memory/participant-words.js';
import type { RowFault } from '../participant.js';
import type { ParticipantSeat } from '../scheduler.js';
import { unpackError } from '../thread-error.js';

/** A participant's place, seen from the host. See {@link ParticipantSeat}. */
export class Seat implements ParticipantSeat {
  readonly participant: number;
  readonly port: MessagePort;
  readonly ready: Promise<void>;
  readonly gone: Promise<void>;
  isGone = false;
  isReady = false;
  readonly #words: Int32Array;
  readonly #ownPort: MessagePort;
  readonly #faults: RowFault[];
  readonly #retire: (reason: string, cause: unknown) => void;
  #importing = '';
  #faultsHeard = 0;
  /** Whoever waits until it has collected. */
  #collecting: (() => void)[] = [];
  #settle!: { readonly resolve: () => void; readonly reject: (error: Error) => void };

  constructor(
    participant: number,
    words: Int32Array,
    ownPort: MessagePort,
    port: MessagePort,
    faults: RowFault[],
    retire: (reason: string, cause: unknown) => void,
  ) {
    this.participant = participant;
    this.port = port;
    this.#words = words;
    this.#ownPort = ownPort;
    this.#faults = faults;
    this.#retire = retire;
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever opened the seat may look at it later, or never.
    this.ready.catch(() => {});
    this.gone = new Promise((resolve) => {
      ownPort.once('close', () => {
        this.isGone = true;
        this.#settle.reject(this.#endedEarly());
        resolve();
      });
    });
    ownPort.on('message', (news: ThreadNews) => this.#hear(news));
  }

  get batches(): number {
    return this.#words[ParticipantWord.batches] >>> 0;
  }

  /** Number of the last control message taken. */
  get acknowledged(): number {
    return this.#words[ParticipantWord.acknowledged];
  }

  get progress(): number {
    const words = this.#words;
    const { batches, segment, row } = ParticipantWord;
    return ((words[batches] & 0xf_ffff) * 0x40_0000 + words[segment]) * 512 + (words[row] & 511);
  }

  /** Has its thread collect garbage when it looks up next; resolves when it has, or is gone. */
  async collect(): Promise<void> {
    const collected = new Promise<void>((resolve) => this.#collecting.push(resolve));
    this.post({ kind: 'collect' });
    await Promise.race([collected, this.gone]);
  }

  post(message: Attachment | ControlMessage): void {
    this.#ownPort.postMessage(message);
  }

  /** Takes the faults that the thread has posted and the event loop has not brought yet. */
  takeFaults(): void {
    if (this.#words[ParticipantWord.faults] !== this.#faultsHeard) this.takeNews();
  }

  /** Takes all that the thread has posted and the event loop has not brought yet. */
  takeNews(): void {
    // Before `close` came all that was posted; reading a port that is just closed crashes Node.js 20.
    if (this.isGone) return;
    for (let item = receiveMessageOnPort(this.#ownPort); item !== undefined; item = receiveMessageOnPort(this.#ownPort)) {
      this.#hear(item.message as ThreadNews);
    }
  }

  retire(reason: string, cause?: unknown): void {
    this.#retire(reason, cause);
  }

  close(): void {
    this.#ownPort.close();
  }

  #hear(news: ThreadNews): void {
    switch (news.kind) {
      case 'importing':
        this.#importing = news.url;
        break;
      case 'ready':
        this.isReady = true;
        this.#settle.resolve();
        break;
      case 'failed':
        this.#settle.reject(unpackError(news.error));
        break;
      case 'collected':
        for (const collected of this.#collecting.splice(0)) collected();
        break;
      case 'fault':
        this.#faultsHeard++;
        this.#faults.push({ blockIndex: news.blockIndex, begin: news.begin, end: news.end, error: unpackError(news.error) });
    }
  }

  #endedEarly(): DormouseError {
    const where = this.#importing === '' ? 'before it had imported anything' : `while it imported ${this.#importing}`;
    return new DormouseError('ERR_THREAD_GONE', `the thread of participant ${this.participant} ended ${where}`);
  }
}
