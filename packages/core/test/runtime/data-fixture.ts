import { expect } from 'vitest';
import type { Codec } from '../../src/layout/codec.js';
import { data } from '../../src/layout/data-field.js';
import type { Data } from '../../src/layout/field.js';
import type { Fields } from '../../src/layout/state-layout.js';
import { messagePack } from '../../src/message-pack.js';
import { defineStateClass, type StateView } from '../../src/runtime/state-view.js';
import { makeBlock } from '../memory/block-fixture.js';

// biome-ignore lint/suspicious/noExplicitAny: data of any type
export type AnyData = Data<any>;

/** A thread's view of the state of sessions of one block, in a tick that the test sets. */
export function makeDataStates(fields: Fields) {
  const { block, layout } = makeBlock({ fields });
  const State = defineStateClass(layout);
  const tick = { number: 1, nowMs: 100, diffMs: 100 };
  const makeView = () => {
    const state = new State({ tick, codec: messagePack }) as StateView & Record<string, unknown>;
    state.$attach(block);
    const at = (row: number) => {
      state.$row = row;
      return state as unknown as Record<string, AnyData>;
    };
    return { state, at };
  };
  return { block, layout, tick, makeView, ...makeView() };
}

/** Texts as they are: what the codec gives is as long as the text, and may be empty. */
export const plainText: Codec = {
  encode: (value) => new TextEncoder().encode(value as string),
  decode: (bytes) => new TextDecoder().decode(bytes),
};

/** What a bot carries, in tests of data fields. */
export interface Bag {
  gold: number;
  items: string[];
  seen?: Map<string, number>;
}

export const bagField = (maxBytes = 200) => data<Bag>({ maxBytes, initial: { gold: 5, items: [] } });
/** An error by its code. */
export const code = (name: string) => expect.objectContaining({ code: name });
