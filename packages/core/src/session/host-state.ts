import { inspect } from 'node:util';
import { type Data, type Field, type FieldArray, jsonOf } from '../layout/field.js';
import { jsonOfData } from '../layout/plain-values.js';
import type { StateLayout } from '../layout/state-layout.js';

/** Finds a session's state at the moment it is asked for, or throws (`ERR_SESSION_STALE`, `ERR_TICK_IN_FLIGHT`). */
export interface StateSource {
  locate(): Record<string, unknown>;
  /** The host has written elements `start … start + count − 1` of a field of what was located last. */
  wrote(field: string, start: number, count: number): void;
}

/** A session's state as the host sees it: every access finds the session anew, so that it may be kept over ticks. */
export type HostStateClass = new (source: StateSource) => object;

class HostState {
  readonly $source: StateSource;
  readonly $objects: Record<string, HostArray | HostData> = Object.create(null);

  constructor(source: StateSource) {
    this.$source = source;
    Object.defineProperties(this, { $source: { enumerable: false }, $objects: { enumerable: false } });
    // A field that does not exist is an error where it is written, not a property that nobody reads.
    Object.preventExtensions(this);
  }
}

/** Makes the class for one behaviour's fields. */
export function defineHostState(layout: StateLayout): HostStateClass {
  class State extends HostState {}
  const snapshot = (state: HostState): Record<string, unknown> => {
    const found = state.$source.locate();
    return Object.fromEntries(layout.columns.map(({ name, field }) => [name, plain(found[name], field)]));
  };
  Object.defineProperties(State.prototype, {
    [inspect.custom]: {
      value(this: HostState) {
        return snapshot(this);
      },
    },
    // A field of this name takes its place.
    toJSON: {
      configurable: true,
      value(this: HostState) {
        return Object.fromEntries(Object.entries(snapshot(this)).map(([name, value]) => [name, jsonOfData(value)]));
      },
    },
  });
  for (const { name, field } of layout.columns) {
    const makeObject = objectMaker(name, field);
    Object.defineProperty(State.prototype, name, {
      enumerable: true,
      configurable: true,
      get(this: HostState) {
        if (makeObject === undefined) return this.$source.locate()[name];
        this.$objects[name] ??= makeObject(this.$source);
        return this.$objects[name];
      },
      set(this: HostState, value: unknown) {
        if (makeObject === undefined) {
          this.$source.locate()[name] = value;
          this.$source.wrote(name, 0, 1);
          return;
        }
        // By what stands for it, which tells of all that it writes: every element, and values that are refused.
        this.$objects[name] ??= makeObject(this.$source);
        const object = this.$objects[name];
        if (object instanceof HostData) object.value = value;
        else object.assign(value as ArrayLike<never>);
      },
    });
  }
  return State;
}

/** Makes what stands for a field whose values are objects; undefined for others. */
function objectMaker(name: string, { kind, length }: Field): ((source: StateSource) => HostArray | HostData) | undefined {
  if (kind === 'data') return (source) => new HostData(source, name);
  if (kind === 'text' || length === undefined) return undefined;
  return (source) => new HostArray(source, name, length);
}

function plain(value: unknown, { kind }: Field): unknown {
  if (kind === 'data') return (value as Data<unknown>).value;
  return typeof value === 'object' && value !== null ? (value as FieldArray).toArray() : value;
}

/** A data field as the host sees it. */
class HostData implements Data<unknown> {
  readonly #source: StateSource;
  readonly #name: string;

  constructor(source: StateSource, name: string) {
    this.#source = source;
    this.#name = name;
    Object.preventExtensions(this);
  }

  get value(): unknown {
    return this.#data.value;
  }

  set value(value: unknown) {
    try {
      this.#data.value = value;
    } finally {
      this.#wrote();
    }
  }

  get bytes(): number {
    return this.#data.bytes;
  }

  get tooLarge(): number {
    return this.#data.tooLarge;
  }

  edit(change: (value: unknown) => unknown): boolean {
    const isStored = this.#data.edit(change);
    this.#wrote();
    return isStored;
  }

  set(value: unknown): boolean {
    const isStored = this.#data.set(value);
    this.#wrote();
    return isStored;
  }

  toJSON(): unknown {
    return this.#data.toJSON();
  }

  [inspect.custom](): unknown {
    return this.#data.value;
  }

  /** Told of a value that was refused, too: it is counted. Found anew: an edit may have looked at other sessions. */
  #wrote(): void {
    this.#source.locate();
    this.#source.wrote(this.#name, 0, 1);
  }

  get #data(): Data<unknown> {
    return this.#source.locate()[this.#name] as Data<unknown>;
  }
}

/** An array field as the host sees it. */
class HostArray implements FieldArray<never> {
  readonly length: number;
  readonly #source: StateSource;
  readonly #name: string;

  constructor(source: StateSource, name: string, length: number) {
    this.#source = source;
    this.#name = name;
    this.length = length;
    Object.preventExtensions(this);
  }

  get(index: number): never {
    return this.#array.get(index);
  }

  set(index: number, value: never): void {
    this.#array.set(index, value);
    this.#source.wrote(this.#name, index, 1);
  }

  assign(values: ArrayLike<never>, start?: number): void {
    const array = this.#array;
    try {
      array.assign(values, start);
    } finally {
      // One that threw on the way has written what came before.
      this.#source.wrote(this.#name, 0, this.length);
    }
  }

  fill(value: never): void {
    this.#array.fill(value);
    this.#source.wrote(this.#name, 0, this.length);
  }

  toArray(): never[] {
    return this.#array.toArray();
  }

  toJSON(): unknown[] {
    return jsonOf(this.#array.toArray());
  }

  [Symbol.iterator](): Iterator<never> {
    return this.#array.toArray()[Symbol.iterator]();
  }

  [inspect.custom](): never[] {
    return this.#array.toArray();
  }

  get #array(): FieldArray<never> {
    return this.#source.locate()[this.#name] as FieldArray<never>;
  }
}
