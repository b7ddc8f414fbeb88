import { Packr } from 'msgpackr';
import type { Codec } from './layout/codec.js';

/**
 * MessagePack by msgpackr: maps, lists, strings, numbers, bigints of 64 bits, dates, `Map`, `Set`, typed arrays. Objects are written
 * whole, without records of their shapes, so that each value stands for itself.
 */
export const messagePack: Codec = makeMessagePack();

function makeMessagePack(): Codec {
  const packr = new Packr({ useRecords: false, moreTypes: true });
  return {
    encode: (value) => packr.pack(value),
    decode: (bytes) => packr.unpack(bytes),
  };
}
