import { describe, expect, it } from 'vitest';
import { data } from '../../src/layout/data-field.js';
import { type Bag, bagField, code, makeDataStates } from './data-fixture.js';

describe('an edit', () => {
  it('that throws, or whose value cannot be encoded, changes nothing and passes the error on', () => {
    const { at } = makeDataStates({ bag: bagField() });
    at(0).bag.set({ gold: 1, items: [] });
    const boom = new Error('boom');
    expect(() =>
      at(0).bag.edit((bag) => {
        bag.gold = 100;
        throw boom;
      }),
    ).toThrow(boom);
    expect(() =>
      at(0).bag.edit((bag) => {
        bag.items.push((() => 1) as never);
      }),
    ).toThrow(code('ERR_INVALID_ARGUMENT'));
    expect(at(0).bag.value).toEqual({ gold: 1, items: [] });
    expect(at(0).bag.edit((bag) => void bag.gold++)).toBe(true);
    expect(at(0).bag.value.gold).toBe(2);
  });

  it('that returns a promise is refused; a rejection of it does not end the process', async () => {
    const { at } = makeDataStates({ bag: bagField() });
    expect(() => at(0).bag.edit(async () => Promise.reject(new Error('late')))).toThrow(code('ERR_BEHAVIOR_ASYNC'));
    expect(() => at(0).bag.set(Promise.resolve({ gold: 1, items: [] }))).toThrow(code('ERR_BEHAVIOR_ASYNC'));
    await new Promise(setImmediate);
    expect(at(0).bag.value.gold).toBe(5);
  });

  it('can be of one session within that of another, and of another field, but not of itself', () => {
    const { at } = makeDataStates({ bag: bagField(), other: data<number>({ maxBytes: 9, initial: 0 }) });
    at(0).bag.edit((mine) => {
      at(1).bag.edit((theirs) => {
        mine.gold--;
        theirs.gold++;
      });
      at(0).other.set(7);
      expect(at(0).bag.value.gold).toBe(5);
    });
    expect([at(0).bag.value.gold, at(1).bag.value.gold, at(0).other.value]).toEqual([4, 6, 7]);
    for (const inner of [() => at(0).bag.edit(() => undefined), () => at(0).bag.set({ gold: 0, items: [] })]) {
      expect(() => at(0).bag.edit(() => void inner())).toThrow(code('ERR_DATA_BUSY'));
    }
    expect(at(0).bag.value.gold).toBe(4);
  });

  it('loses to what another view has stored meanwhile, and says so', () => {
    const { at, makeView } = makeDataStates({ bag: bagField() });
    const host = makeView();
    expect(() =>
      at(0).bag.edit((bag) => {
        bag.gold = 1;
        host.at(0).bag.set({ gold: 2, items: [] });
      }),
    ).toThrow(code('ERR_DATA_BUSY'));
    expect(at(0).bag.value.gold).toBe(2);
  });

  it.each([
    ['what an expression happens to return', (bag: Bag) => bag.items.push('x')],
    ['what is no object', () => false],
    ['an object beside a change', (bag: Bag) => bag.items.splice(0, 1)],
  ])('of an object that returns %s is taken for a mistake', (_, change) => {
    const { at } = makeDataStates({ bag: bagField() });
    at(0).bag.set({ gold: 1, items: ['a', 'b'] });
    expect(() => at(0).bag.edit(change as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringContaining('an edit of state.bag must change its object or return another'),
      }),
    );
    expect(at(0).bag.value).toEqual({ gold: 1, items: ['a', 'b'] });
  });

  it('may return another object, the same one, null, or nothing', () => {
    const { at } = makeDataStates({ bag: bagField() });
    expect(at(0).bag.edit((bag) => ({ ...bag, gold: 6 }))).toBe(true);
    expect(at(0).bag.edit((bag) => Object.assign(bag, { gold: bag.gold + 1 }))).toBe(true);
    expect(at(0).bag.value).toEqual({ gold: 7, items: [] });
    expect(at(0).bag.edit(() => null)).toBe(true);
    expect(at(0).bag.value).toBeNull();
    expect(() => at(0).bag.edit({ gold: 1 } as never)).toThrow(code('ERR_INVALID_ARGUMENT'));
  });

  it('of a plain value stores what it returns', () => {
    const { at } = makeDataStates({ n: data<number>({ maxBytes: 9, initial: 41 }) });
    expect(at(0).n.edit((n) => n + 1)).toBe(true);
    expect(at(0).n.value).toBe(42);
    expect(at(0).n.edit((n) => n + 0.5)).toBe(true);
    expect(at(0).n.value).toBe(42.5);
  });
});
