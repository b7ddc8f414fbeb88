import { describe, expect, it } from 'vitest';
import { u32 } from '../../src/layout/field.js';
import { Column, MOST_SENDERS_LISTED, ROW_BITS, ROW_MASK } from '../../src/layout/geometry.js';
import { Senders } from '../../src/session/senders.js';
import { makeStoreUpTo } from './store-fixture.js';

/** More than two lists of the kernel's, and not a whole number of them. */
const MOST = 2 * MOST_SENDERS_LISTED + 3000;
/** Not in the order of slots, and each once. */
const accountOf = (index: number): number => ((index * 7919) % MOST) + 1;

/** A store, and both kinds of senders: those with packets, and those with something in a column of a block's own. */
function stand(count: number) {
  const { store, create } = makeStoreUpTo(MOST, { x: u32() });
  for (let index = 0; index < count; index++) create(accountOf(index));
  const outbound = Senders.outbound(store);
  const flags = new Uint8Array(store.table.regions.blockCount);
  const byColumn = Senders.by(
    store,
    flags,
    ({ page }) => page,
    () => Column.outbound,
  );
  const send = (accountId: number): void => {
    const slot = store.index.get(accountId);
    store.block(slot).page[Column.outbound + (slot & ROW_MASK)] = 1;
    store.table.outboundFlags[slot >> ROW_BITS] = 1;
    flags[slot >> ROW_BITS] = 1;
  };
  const nothingSent = (): void => {
    for (const block of store.pool.blocks) block?.page.fill(0, Column.outbound, Column.outbound + 64);
  };
  const release = (accountId: number): void => void store.release(store.index.get(accountId), () => {});
  const kinds = [
    ['by the kernel', outbound],
    ['by a column', byColumn],
  ] as const;
  return { store, kinds, send, nothingSent, release };
}

function collected(senders: Senders): { accounts: number[]; slots: number[] } {
  const count = senders.collect();
  return { accounts: [...senders.accounts.subarray(0, count)], slots: [...senders.slots.subarray(0, count)] };
}

describe.each([1, 100, MOST_SENDERS_LISTED, MOST_SENDERS_LISTED + 1, MOST])('Of %i sessions', (count) => {
  const { store, kinds, send, nothingSent } = stand(count);
  const all = Array.from({ length: count }, (_, index) => accountOf(index)).sort((a, b) => a - b);

  it.each([1, 2, 3, 17, 50, 1000])('every %i-th that has sent is found once, by account, with its slot', (every) => {
    for (let tick = 0; tick < 3; tick++) {
      nothingSent();
      const senders = all.filter((_, rank) => rank % every === tick % every);
      for (const accountId of senders) send(accountId);
      for (const [how, kind] of kinds) {
        const { accounts, slots } = collected(kind);
        expect(accounts, how).toEqual(senders);
        expect(slots, how).toEqual(senders.map((accountId) => store.index.get(accountId)));
        expect(collected(kind).accounts, how).toEqual([]);
      }
    }
  });
});

describe('Senders', () => {
  it('leave what is put back to the next call', () => {
    const { kinds, send } = stand(MOST);
    for (let account = 1; account <= MOST; account++) send(account);
    for (const [how, kind] of kinds) {
      const count = kind.collect();
      kind.putBack(kind.slots, count - 1, count);
      expect(collected(kind).accounts, how).toContain(MOST);
    }
  });

  it('find those who come and go between two calls', () => {
    const { kinds, send, release } = stand(MOST);
    for (let account = 1; account <= MOST; account++) send(account);
    for (const [how, kind] of kinds) expect(collected(kind).accounts.length, how).toBe(MOST);
    for (let account = 1; account <= MOST; account += 2) release(account);
    for (let account = 2; account <= MOST; account += 2) send(account);
    const even = Array.from({ length: Math.floor(MOST / 2) }, (_, i) => 2 * i + 2);
    for (const [how, kind] of kinds) expect(collected(kind).accounts, how).toEqual(even);
  });

  it('keep no room for many when there are few', () => {
    const { kinds, send, release } = stand(MOST);
    for (let account = 1; account <= MOST; account++) send(account);
    for (const [how, kind] of kinds) {
      kind.collect();
      expect(kind.slots.length, how).toBeGreaterThanOrEqual(MOST);
    }
    for (let account = 11; account <= MOST; account++) release(account);
    for (const [how, kind] of kinds) {
      kind.collect();
      expect(kind.slots.length, how).toBeLessThanOrEqual(256);
      expect(kind.accounts.length, how).toBe(kind.slots.length);
    }
  });

  it.each([1, 5, 40, 300, 4000, MOST])('of %i sessions allocate nothing once they have found as many', (count) => {
    const { kinds, send } = stand(count);
    for (const [how, kind] of kinds) {
      const sendAll = (every: number): void => {
        for (let index = 0; index < count; index += every) send(accountOf(index));
      };
      sendAll(1);
      kind.collect();
      const { slots, accounts } = kind;
      for (const every of [1, 40, 3, 1]) {
        sendAll(every);
        kind.collect();
        expect(kind.slots === slots && kind.accounts === accounts, `${how}, every ${every}`).toBe(true);
      }
    }
  });

  it('allocate nothing when most have gone, whether the order of accounts has given back its room or not', () => {
    const { store, kinds, send, release } = stand(MOST);
    const left = 1000;
    const sendAll = (count: number): void => {
      for (let account = 1; account <= count; account++) send(account);
    };
    sendAll(MOST);
    for (const [, kind] of kinds) kind.collect();
    for (let account = left + 1; account <= MOST; account++) release(account);
    for (const trims of [false, true]) {
      if (trims) store.order.trim();
      for (const [how, kind] of kinds) {
        sendAll(left);
        expect(kind.collect(), how).toBe(left);
        const { slots, accounts } = kind;
        for (let tick = 0; tick < 3; tick++) {
          sendAll(left);
          expect(collected(kind).accounts, how).toEqual(Array.from({ length: left }, (_, rank) => rank + 1));
          expect(kind.slots === slots && kind.accounts === accounts, `${how}, tick ${tick}`).toBe(true);
        }
      }
    }
  });

  it('find everybody after a call that there was no memory for', () => {
    const { kinds, send } = stand(MOST);
    for (const [how, kind] of kinds) {
      for (let account = 1; account <= MOST; account++) send(account);
      const { Uint32Array: Words } = globalThis;
      globalThis.Uint32Array = new Proxy(Words, {
        construct() {
          throw new RangeError('Array buffer allocation failed');
        },
      });
      try {
        expect(() => kind.collect(), how).toThrow('Array buffer allocation failed');
      } finally {
        globalThis.Uint32Array = Words;
      }
      expect(collected(kind).accounts, how).toEqual(Array.from({ length: MOST }, (_, rank) => rank + 1));
    }
  });
});
