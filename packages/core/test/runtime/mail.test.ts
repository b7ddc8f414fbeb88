import { describe, expect, it } from 'vitest';
import { HostMail } from '../../src/memory/host-mail.js';
import { MailKind, maxRecordBytes, NO_RECORD, takeRecord } from '../../src/memory/record-ring.js';
import { Mail } from '../../src/runtime/mail.js';
import { makeBlock } from '../memory/block-fixture.js';
import { makeServices } from './services-fixture.js';

const BYTES = 1024;

function setUp(mailboxBytes = BYTES) {
  const { block, table } = makeBlock({ sizes: { mailboxBytes } });
  const mail = new Mail(makeServices(table));
  const host = new HostMail(4, mailboxBytes, BYTES);
  const post = (row: number, sender: number, opcode: number, bytes: Uint8Array) => host.post(block, row, sender, opcode, bytes);
  const answer = (row: number, id: number) => host.append(block, row, MailKind.answer, id, 0, 8);
  /** Sender and opcode of all messages there are. */
  const take = (row: number, most = Number.POSITIVE_INFINITY) => {
    const taken: [number, number][] = [];
    while (taken.length < most) {
      const message = mail.receive(block, row);
      if (message === null) break;
      taken.push([message.sender, message.opcode]);
    }
    return taken;
  };
  return { block, table, mail, host, post, answer, take };
}

describe('a mailbox with answers in it', () => {
  it('gives out messages past answers that nobody has read, in order, and leaves the answers', () => {
    const { block, post, answer, take, mail } = setUp();
    const first = answer(0, 1);
    post(0, 10, 1, new Uint8Array(4));
    const second = answer(0, 2);
    post(0, 11, 2, new Uint8Array(4));
    expect(take(0)).toEqual([
      [10, 1],
      [11, 2],
    ]);
    expect(take(0)).toEqual([]);
    mail.park();
    // Answers are read in their turn, and leave an empty ring.
    const words = block.cold.i32;
    const ring = block.services.mailbox;
    takeRecord(words, ring, 0, first - 3);
    takeRecord(words, ring, 0, second - 3);
    expect(words[ring.cursors]).toBe(0);
  });

  it('goes on giving out messages when answers are taken in between, before or behind', () => {
    const { block, post, answer, take } = setUp();
    const words = block.cold.i32;
    const ring = block.services.mailbox;
    const heads = [answer(0, 1) - 3];
    post(0, 10, 1, new Uint8Array(0));
    heads.push(answer(0, 2) - 3);
    post(0, 11, 2, new Uint8Array(0));
    post(0, 12, 3, new Uint8Array(0));
    heads.push(answer(0, 3) - 3);
    expect(take(0, 1)).toEqual([[10, 1]]);
    takeRecord(words, ring, 0, heads[0]);
    expect(take(0, 1)).toEqual([[11, 2]]);
    takeRecord(words, ring, 0, heads[2]);
    takeRecord(words, ring, 0, heads[1]);
    expect(take(0)).toEqual([[12, 3]]);
    expect(words[ring.cursors]).toBe(0);
  });

  it('has room for messages for ever, whoever never reads an answer', () => {
    const { answer, post, take, mail } = setUp();
    for (let id = 1; id <= 8; id++) answer(0, id);
    for (let tick = 0; tick < 2000; tick++) {
      for (let i = 0; i < 4; i++) expect(post(0, tick + 1, i, new Uint8Array(tick & 31))).toBe(true);
      expect(take(0)).toEqual([0, 1, 2, 3].map((opcode) => [tick + 1, opcode]));
      mail.park();
    }
  });

  it('rows do not meet: what was seen of one says nothing of the next', () => {
    const { answer, post, take } = setUp();
    for (const row of [0, 1, 63]) {
      answer(row, 1);
      post(row, 5 + row, row, new Uint8Array(3));
      expect(take(row)).toEqual([[5 + row, row]]);
    }
    expect(take(0)).toEqual([]);
  });
});

describe('HostMail', () => {
  it('takes the longest message that is promised, and says when there is no room', () => {
    const { block, post, host, mail } = setUp(4096);
    const most = maxRecordBytes(block.services.mailbox);
    const bytes = Uint8Array.from({ length: most }, (_, i) => i * 5);
    expect(post(7, 1, 2, bytes)).toBe(true);
    expect(post(7, 1, 3, new Uint8Array(300))).toBe(false);
    expect([host.delivered, host.full]).toEqual([1, 1]);
    expect(host.append(block, 7, MailKind.answer, 1, 1, 300)).toBe(NO_RECORD);
    expect(mail.receive(block, 7)?.toBytes()).toEqual(bytes);
  });

  it('counts the pages it has seen written, near and far, and keeps counting them', () => {
    const { block, table, post, host, take } = setUp(16_384);
    const mail = new Mail(makeServices(table));
    const pages = () => {
      host.survey(block);
      return host.touchedBytes(0) / 4096;
    };
    expect(pages()).toBe(0);
    // Columns and the near parts of rows 0 and 1 lie in one page.
    post(0, 1, 1, new Uint8Array(4));
    expect(pages()).toBe(1);
    post(20, 1, 1, new Uint8Array(4));
    expect(pages()).toBe(2);
    post(20, 1, 1, new Uint8Array(9000));
    expect(pages()).toBe(2 + 4);
    take(20);
    take(0);
    expect(pages()).toBe(6);
    mail.send(block, 63, 9, 1, new Uint8Array(4));
    expect(pages()).toBe(7);
    host.forget(0);
    host.emptyOutbox(block, 63, { receiverOf: () => -1, blockOf: () => block, carryOut() {} });
    expect(host.touchedBytes(0)).toBe(2 * 4096);
  });
});
