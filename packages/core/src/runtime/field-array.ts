import { DormouseError, requireInteger, shown } from '../errors.js';
import { type FieldArray, jsonOf } from '../layout/field.js';
import type { Column } from '../layout/state-layout.js';
import type { StateView } from './state-view.js';

type Elements = { [index: number]: number | bigint };

/** A fixed-length array field of the session its state points at. */
export class FieldArrayView implements FieldArray<never> {
  readonly length: number;
  readonly #state: StateView;
  readonly #column: Column;

  constructor(state: StateView, column: Column) {
    this.length = column.stride;
    this.#state = state;
    this.#column = column;
    // array[0] = x would be a property of this view, not an element.
    Object.preventExtensions(this);
  }

  get(index: number): never {
    this.#check(index);
    return this.#elements[this.#start + index] as never;
  }

  set(index: number, value: number | bigint): void {
    this.#check(index);
    this.#elements[this.#start + index] = value;
  }

  assign(values: ArrayLike<number | bigint>, start = 0): void {
    requireInteger(`start in state.${this.#column.name}`, start, 0, this.length);
    if (values.length > this.length - start) {
      throw new DormouseError(
        'ERR_INVALID_ARGUMENT',
        `state.${this.#column.name} has room for ${this.length - start} elements from ${start} on: got ${values.length}`,
      );
    }
    const elements = this.#elements;
    const first = this.#start + start;
    for (let i = 0; i < values.length; i++) elements[first + i] = values[i] as number;
  }

  fill(value: number | bigint): void {
    const elements = this.#elements;
    const first = this.#start;
    for (let i = 0; i < this.length; i++) elements[first + i] = value;
  }

  toArray(): never[] {
    return [...this];
  }

  toJSON(): unknown[] {
    return jsonOf(this.toArray());
  }

  *[Symbol.iterator](): Iterator<never> {
    for (let i = 0; i < this.length; i++) yield this.#elements[this.#start + i] as never;
  }

  get #elements(): Elements {
    const { hot, element } = this.#column;
    return (hot ? this.#state.$hot : this.#state.$cold)[element];
  }

  get #start(): number {
    return this.#column.offset + this.#state.$row * this.length;
  }

  #check(index: number): void {
    if (index >>> 0 === index && index < this.length) return;
    throw new DormouseError(
      'ERR_INVALID_ARGUMENT',
      `index in state.${this.#column.name} must be an integer 0…${this.length - 1}: got ${shown(index)}`,
    );
  }
}
