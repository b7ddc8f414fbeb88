import { DormouseError, requireInteger, shown } from '../errors.js';
import { MAX_ACCOUNT_ID, NEAR_WORDS } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { PacketView } from '../memory/packet-view.js';
import { PayloadCopier } from '../memory/payload-copier.js';
import {
  firstRecord,
  MailKind,
  maxRecordBytes,
  NO_RECORD,
  nextRecord,
  OutKind,
  RECORD_HEAD_WORDS,
  recordKind,
  takeRecord,
} from '../memory/record-ring.js';
import type { Message } from '../session-api.js';
import { putInOutbox } from './outbox.js';
import type { RuntimeServices } from './services.js';

const NO_PAYLOAD = new Uint8Array(0);
const HEAD = RECORD_HEAD_WORDS;

class MessageView extends PacketView implements Message {
  sender = 0;

  override detach(): void {
    super.detach();
    this.sender = 0;
  }
}

/** Messages between sessions: into the sender's outbox, out of the receiver's mailbox. Allocates nothing. */
export class Mail {
  readonly #outboxFlags: Uint8Array;
  readonly #message = new MessageView();
  readonly #copier = new PayloadCopier();
  /** Up to the record at `#seenAt` there is no message in this row's mailbox: whoever reads no answers pays for them once an update. */
  #seenBlock: Block | undefined;
  #seenRow = 0;
  #seenAt = 0;

  constructor(services: RuntimeServices) {
    this.#outboxFlags = services.outboxFlags;
  }

  send(block: Block, row: number, accountId: number, opcode: number, payload: Uint8Array = NO_PAYLOAD): boolean {
    const words = block.cold.i32;
    const { outbox } = block.services;
    const cursor = outbox.cursors + row;
    const payloadBytes = payload.length;
    const before = words[cursor];
    const after = before + HEAD + ((payloadBytes + 3) >> 2);
    const isOdd =
      (payloadBytes & 0xff) !== payloadBytes || (opcode & 0xffff) !== opcode || accountId >>> 0 !== accountId || accountId === 0;
    // While the tail is at 0 and the record ends in the near part; everything odd, bad arguments too, goes the far way.
    if (after >>> 0 > NEAR_WORDS || isOdd) return this.#sendFar(block, row, accountId, opcode, payload);
    const at = outbox.near + (row << 6) + before;
    words[at] = OutKind.message | (payloadBytes << 16);
    words[at + 1] = accountId;
    words[at + 2] = opcode;
    this.#copier.copy(words, at + HEAD, payload, 0, payloadBytes);
    words[cursor] = after;
    this.#outboxFlags[block.blockIndex] = 1;
    return true;
  }

  receive(block: Block, row: number): Message | null {
    const words = block.cold.i32;
    const { mailbox } = block.services;
    const cursor = mailbox.cursors + row;
    const cursors = words[cursor];
    if (cursors === 0) return null;
    const tail = cursors >>> 16;
    const at = mailbox.near + (row << 6) + tail;
    // The first record, in the near part, with nothing taken out of turn behind it: a pad's kind is 0.
    if (tail >= NEAR_WORDS || (words[at] & 0xffff) !== MailKind.message) return this.#receiveFar(block, row);
    const after = (cursors + ((HEAD + (((words[at] >>> 16) + 3) >> 2)) << 16)) | 0;
    words[cursor] = after >>> 16 === (after & 0xffff) ? 0 : after;
    return this.#show(block, at);
  }

  /** The message that was received last is dead. */
  park(): void {
    this.#message.detach();
    this.#seenBlock = undefined;
  }

  #sendFar(block: Block, row: number, accountId: number, opcode: number, payload: Uint8Array): boolean {
    requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
    requireInteger('opcode', opcode, 0, 0xffff);
    if (payload?.[Symbol.toStringTag] !== 'Uint8Array') {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `a payload must be a Uint8Array: got ${shown(payload)}`);
    }
    requireFit(block, opcode, payload.length);
    const at = putInOutbox(this.#outboxFlags, block, row, OutKind.message, accountId, opcode, payload.length);
    if (at === NO_RECORD) return false;
    this.#copier.copy(block.cold.i32, at, payload, 0, payload.length);
    return true;
  }

  /** The next message anywhere in the mailbox: answers stay where they are. */
  #receiveFar(block: Block, row: number): Message | null {
    const words = block.cold.i32;
    const { mailbox } = block.services;
    const isSeen = this.#seenBlock === block && this.#seenRow === row;
    let at = isSeen ? nextRecord(words, mailbox, row, this.#seenAt) : firstRecord(words, mailbox, row);
    let passed = NO_RECORD;
    while (at !== NO_RECORD && recordKind(words, at) !== MailKind.message) {
      passed = at;
      at = nextRecord(words, mailbox, row, at);
    }
    if (at !== NO_RECORD) {
      takeRecord(words, mailbox, row, at);
      passed = at;
    }
    if (passed !== NO_RECORD) {
      this.#seenBlock = block;
      this.#seenRow = row;
      this.#seenAt = passed;
    }
    return at === NO_RECORD ? null : this.#show(block, at);
  }

  #show(block: Block, at: number): Message {
    const words = block.cold.i32;
    const message = this.#message;
    message.words = words;
    message.floats = block.cold.f32;
    message.start = at + HEAD;
    message.header = (words[at] & 0xffff_0000) | words[at + 2];
    message.sender = words[at + 1] >>> 0;
    return message;
  }
}

function requireFit({ services }: Block, opcode: number, payloadBytes: number): void {
  const isOutbox = services.outbox.capacity <= services.mailbox.capacity;
  const ring = isOutbox ? services.outbox : services.mailbox;
  const most = maxRecordBytes(ring);
  if (payloadBytes <= most) return;
  const limit = `${isOutbox ? 'outboxBytes' : 'mailboxBytes'} ${ring.capacity * 4}`;
  throw new DormouseError(
    'ERR_PACKET_TOO_LARGE',
    `the payload of a message must be 0…${most} bytes with ${limit}: got ${payloadBytes} (opcode ${opcode})`,
  );
}
