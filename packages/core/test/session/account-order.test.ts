import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AccountOrder } from '../../src/session/account-order.js';

function slotsOf(order: AccountOrder): number[] {
  const { slots, count } = order.slots();
  return [...slots.subarray(0, count)];
}

describe('AccountOrder', () => {
  it('holds nothing at first', () => {
    expect(slotsOf(new AccountOrder())).toEqual([]);
  });

  it('orders slots by account id, the whole of u32', () => {
    const order = new AccountOrder();
    for (const [slot, accountId] of [0xffff_ffff, 7, 0x8000_0000, 1].entries()) order.added(accountId, slot);
    expect(slotsOf(order)).toEqual([3, 1, 2, 0]);
  });

  it('knows the last slot of an account that went and came again between two looks', () => {
    const order = new AccountOrder();
    order.added(5, 0);
    order.added(6, 1);
    expect(slotsOf(order)).toEqual([0, 1]);
    order.removed(5);
    order.added(5, 2);
    order.removed(6);
    order.added(6, 3);
    order.removed(6);
    expect(slotsOf(order)).toEqual([2]);
  });

  it('is not changed by the removal of an account that was not there', () => {
    const order = new AccountOrder();
    order.added(5, 0);
    order.removed(4);
    order.removed(6);
    expect(slotsOf(order)).toEqual([0]);
  });

  it('hands out one object, and the same array for as long as it is large enough', () => {
    const order = new AccountOrder();
    order.added(1, 0);
    const first = order.slots();
    const { slots } = first;
    order.added(2, 1);
    expect(order.slots()).toBe(first);
    expect(order.slots().slots).toBe(slots);
  });

  it('leaves what it handed out alone until it is asked again, whatever is added meanwhile', () => {
    const order = new AccountOrder();
    for (let accountId = 2; accountId <= 10; accountId += 2) order.added(accountId, accountId);
    const { slots, count } = order.slots();
    const before = [...slots.subarray(0, count)];
    for (let i = 0; i < 70_000; i++) {
      order.added(1, 99);
      order.removed(1);
    }
    order.added(3, 3);
    expect([...slots.subarray(0, count)]).toEqual(before);
    expect(slotsOf(order)).toEqual([2, 3, 4, 6, 8, 10]);
  });

  it('gives back room that was needed once, and leaves what it handed out alone as it does', () => {
    const order = new AccountOrder();
    for (let accountId = 1; accountId <= 5000; accountId++) order.added(accountId, accountId);
    const { slots, count } = order.slots();
    const before = slots.slice();
    for (let accountId = 101; accountId <= 5000; accountId++) order.removed(accountId);
    order.trim();
    expect([count, slots]).toEqual([5000, before]);
    expect(slotsOf(order)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(order.slots().slots.length).toBe(128);
    for (let accountId = 101; accountId <= 300; accountId++) order.added(accountId, accountId);
    expect(slotsOf(order)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  });

  it('merges unasked at 256 changes, or at a 64th of the sessions there are: no merge takes long', () => {
    const sort = vi.spyOn(Float64Array.prototype, 'sort');
    onTestFinished(() => sort.mockRestore());
    const merged = (): number[] => sort.mock.contexts.splice(0).map((keys) => (keys as unknown as Float64Array).length);
    const order = new AccountOrder();
    for (let accountId = 1; accountId <= 600; accountId++) order.added(accountId, accountId);
    expect(merged()).toEqual([256, 256]);
    for (let accountId = 601; accountId <= 640_000; accountId++) order.added(accountId, accountId);
    expect(order.slots().count).toBe(640_000);
    merged();
    for (let accountId = 1; accountId <= 25_000; accountId++) order.removed(accountId);
    expect(merged()).toEqual([10_000, 9844]);
  });

  it('is what sorting all accounts anew would give, after any changes', () => {
    const change = fc.record({ accountId: fc.integer({ min: 1, max: 400 }), look: fc.boolean(), trim: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
        const order = new AccountOrder();
        const model = new Map<number, number>();
        for (const [slot, { accountId, look, trim }] of changes.entries()) {
          if (model.delete(accountId)) order.removed(accountId);
          else {
            model.set(accountId, slot);
            order.added(accountId, slot);
          }
          if (trim) order.trim();
          if (look) expect(slotsOf(order)).toEqual(sorted(model));
        }
        expect(slotsOf(order)).toEqual(sorted(model));
      }),
    );
  });
});

function sorted(model: ReadonlyMap<number, number>): number[] {
  return [...model].sort(([a], [b]) => a - b).map(([, slot]) => slot);
}
