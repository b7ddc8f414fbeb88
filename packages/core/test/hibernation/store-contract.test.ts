import { describe, expect, it } from 'vitest';
import { requireHibernationStore } from '../../src/hibernation/hibernation-store.js';
import { memoryStore } from '../../src/hibernation/memory-store.js';
import { MapStore } from './map-store.js';

const whole = () => new MapStore();

describe('what a manager takes for a store', () => {
  it.each([
    ['the memory store', () => memoryStore()],
    ['one that compresses', () => memoryStore({ deflate: true })],
    ['one of seven functions, a name and a version', whole],
    ['one that says nothing of compressing', () => Object.assign(whole(), { compresses: undefined })],
  ])('is %s', (_, make) => {
    const store = make();
    expect(requireHibernationStore(store)).toBe(store);
  });

  it.each<[string, unknown, string]>([
    ['nothing', null, 'store must be a HibernationStore, such as memoryStore(): got null'],
    ['a function that makes one', memoryStore, '; call it'],
    ['one without a function', Object.assign(whole(), { compact: 1 }), 'store has no compact(): got 1'],
    ['one without a name', Object.assign(whole(), { name: '' }), 'store must have a name: got ""'],
    [
      'one that half compresses',
      Object.assign(whole(), { compresses: 'half' }),
      'compresses of store map must be true or false: got "half"',
    ],
    ['one of another contract', Object.assign(whole(), { contractVersion: 2 }), 'store map is built for contract 2, this core for 1'],
  ])('is not %s', (_, store, message) => {
    const act = () => requireHibernationStore(store);
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ code: 'ERR_STORE_CONTRACT' }));
  });
});
