import { inspect } from 'node:util';
import { type FieldArray, jsonOf } from '../layout/field.js';
import type { StateLayout } from '../layout/state-layout.js';

/** Finds a session's state at the moment it is asked for, or throws (`ERR_SESSION_STALE`, `ERR_TICK_IN_FLIGHT`). */
export interface StateSource {
  locate(): Record<string, unknown>;
}

/** A session's state as the host sees it: every access finds the session anew, so that it may be kept over ticks. */
export type HostStateClass = new (source: StateSource) => object;

class HostState {
  readonly $source: StateSource;
  readonly $arrays: Record<string, HostArray> = Object.create(null);

  constructor(source: StateSource) {
    this.$source = source;
    Object.defineProperties(this, { $source: { enumerable: false }, $arrays: { enumerable: false } });
    // A field that does not exist is an error where it is written, not a property that nobody reads.
    Object.preventExtensions(this);
  }
}

/** Makes the class for one behaviour's fields. */
export function defineHostState(layout: StateLayout): HostStateClass {
  class State extends HostState {}
  const names = layout.columns.map((column) => column.name);
  const snapshot = (state: HostState): Record<string, unknown> => {
    const found = state.$source.locate();
    return Object.fromEntries(names.map((name) => [name, plain(found[name])]));
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
        return Object.fromEntries(Object.entries(snapshot(this)).map(([name, value]) => [name, json(value)]));
      },
    },
  });
  for (const { name, field } of layout.columns) {
    const isArray = field.length !== undefined && field.kind !== 'text';
    Object.defineProperty(State.prototype, name, {
      enumerable: true,
      configurable: true,
      get(this: HostState) {
        if (!isArray) return this.$source.locate()[name];
        this.$arrays[name] ??= new HostArray(this.$source, name, field.length as number);
        return this.$arrays[name];
      },
      set(this: HostState, value: unknown) {
        this.$source.locate()[name] = value;
      },
    });
  }
  return State;
}

function plain(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as FieldArray).toArray() : value;
}

function json(value: unknown): unknown {
  if (Array.isArray(value)) return jsonOf(value);
  return typeof value === 'bigint' ? String(value) : value;
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
  }

  assign(values: ArrayLike<never>, start?: number): void {
    this.#array.assign(values, start);
  }

  fill(value: never): void {
    this.#array.fill(value);
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
