import { DormouseError, shown } from '../errors.js';
import { type Codec, encodeWith } from '../layout/codec.js';
import type { DataColumn } from '../layout/data-column.js';
import type { Data } from '../layout/field.js';
import { freezeDeep, jsonOfData } from '../layout/plain-values.js';
import type { Block } from '../memory/block.js';
import { copyData, countRefusal, dataLength, dataRefusals, dataVersion, isData, NEVER_SET, writeData } from '../memory/data-values.js';
import type { RuntimeServices } from './services.js';
import type { StateView } from './state-view.js';

/** What data fields need of a manager's services. */
export type DataServices = Pick<RuntimeServices, 'tick' | 'codec'>;

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** A data field of the session its state points at. See {@link Data} for what its members promise. */
export class DataFieldView implements Data<unknown> {
  readonly #state: StateView;
  readonly #column: DataColumn;
  readonly #codec: Codec;
  readonly #tick: DataServices['tick'];
  readonly #initial: Uint8Array;
  // The value decoded last, and whose it is: the same row at the same version is the same value. A value is kept for one tick, so that what
  // one session sees never depends on whether another's was read since.
  #block: Block | undefined;
  #row = 0;
  #version = 0;
  #decodedAt = 0;
  #value: unknown;
  /** Edits under way, the innermost last: one of this session, others of those that it works on meanwhile. */
  readonly #edits: { readonly block: Block; readonly row: number }[] = [];

  constructor(state: StateView, column: DataColumn, services: DataServices) {
    this.#state = state;
    this.#column = column;
    this.#codec = column.field.codec ?? services.codec;
    this.#tick = services.tick;
    this.#initial = column.field.encodeInitial(this.#codec);
    // A misspelt member would be a property of this view, read by every session.
    Object.preventExtensions(this);
  }

  get value(): unknown {
    const block = this.#attached();
    const row = this.#state.$row;
    const version = dataVersion(block, this.#column, row);
    const tick = this.#tick.number;
    if (block !== this.#block || row !== this.#row || version !== this.#version || tick !== this.#decodedAt) {
      this.#value = freezeDeep(this.#decode(block, row));
      this.#block = block;
      this.#row = row;
      this.#version = version;
      this.#decodedAt = tick;
    }
    return this.#value;
  }

  set value(value: unknown) {
    if (this.set(value)) return;
    const { name, field } = this.#column;
    throw new DormouseError(
      'ERR_DATA_TOO_LARGE',
      `state.${name} must be at most ${field.maxBytes} bytes when encoded: got ${encodeWith(this.#codec, value).length}; its old value is kept`,
    );
  }

  get bytes(): number {
    const length = dataLength(this.#attached(), this.#column, this.#state.$row);
    return length === NEVER_SET ? this.#initial.length : length;
  }

  get tooLarge(): number {
    return dataRefusals(this.#attached(), this.#column, this.#state.$row);
  }

  edit(change: (value: unknown) => unknown): boolean {
    const block = this.#attached();
    const row = this.#state.$row;
    if (typeof change !== 'function') throw this.#invalid(`edit must be given a function: got ${shown(change)}; use set to store a value`);
    this.#refuseNested(block, row);
    const version = dataVersion(block, this.#column, row);
    const value = this.#decode(block, row);
    this.#edits.push({ block, row });
    let bytes: Uint8Array;
    try {
      const returned = change(value);
      refuseThenable(returned, this.#column.name);
      if (returned === undefined || returned === value) {
        bytes = encodeWith(this.#codec, value);
      } else {
        this.#refuseMistaken(block, row, value, returned);
        bytes = encodeWith(this.#codec, returned);
      }
    } finally {
      this.#edits.pop();
    }
    if (dataVersion(block, this.#column, row) !== version) throw this.#busy('was changed by somebody else while it was edited');
    return this.#store(block, row, bytes);
  }

  set(value: unknown): boolean {
    const block = this.#attached();
    const row = this.#state.$row;
    this.#refuseNested(block, row);
    refuseThenable(value, this.#column.name);
    return this.#store(block, row, encodeWith(this.#codec, value));
  }

  toJSON(): unknown {
    return jsonOfData(this.value);
  }

  [INSPECT](): unknown {
    return this.value;
  }

  /** Lets go of the value decoded last, and of the block it is from. */
  $forget(): void {
    this.#block = undefined;
    this.#value = undefined;
  }

  #decode(block: Block, row: number): unknown {
    const bytes = copyData(block, this.#column, row);
    if (bytes !== undefined) return this.#codec.decode(bytes);
    return this.#column.field.hasInitial ? this.#codec.decode(this.#initial.slice()) : undefined;
  }

  #store(block: Block, row: number, bytes: Uint8Array): boolean {
    const column = this.#column;
    if (bytes.length > column.field.maxBytes) {
      countRefusal(block, column, row);
      return false;
    }
    if (!this.#isStored(block, row, bytes)) writeData(block, column, row, bytes);
    return true;
  }

  /** True when these bytes are the row's value; also while that is the initial one because nothing was ever stored. */
  #isStored(block: Block, row: number, bytes: Uint8Array): boolean {
    const column = this.#column;
    const initial = this.#initial;
    if (dataLength(block, column, row) !== NEVER_SET) return isData(block, column, row, bytes);
    if (!column.field.hasInitial || bytes.length !== initial.length) return false;
    for (let i = 0; i < initial.length; i++) if (bytes[i] !== initial[i]) return false;
    return true;
  }

  #refuseNested(block: Block, row: number): void {
    for (const edit of this.#edits)
      if (edit.block === block && edit.row === row) throw this.#busy('is being edited: it cannot be set within');
  }

  /**
   * What a function of one expression happens to return, such as `push`, must not take the value's place: an object is replaced by objects
   * only, and only if it was left alone.
   */
  #refuseMistaken(block: Block, row: number, value: unknown, returned: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    if (returned === null || (typeof returned === 'object' && this.#isStored(block, row, encodeWith(this.#codec, value)))) return;
    throw this.#invalid(
      `an edit of state.${this.#column.name} must change its object or return another, not both: it returned ${shown(returned)}; ` +
        'in braces, (value) => { … }, a function returns nothing',
    );
  }

  #invalid(message: string): DormouseError {
    return new DormouseError('ERR_INVALID_ARGUMENT', message);
  }

  #busy(what: string): DormouseError {
    return new DormouseError('ERR_DATA_BUSY', `state.${this.#column.name} ${what}`);
  }

  #attached(): Block {
    const block = this.#state.$block;
    if (block !== undefined) return block;
    throw new DormouseError(
      'ERR_SESSION_PARKED',
      `state.${this.#column.name} was used outside the call it was given to: it is dead when the call returns`,
    );
  }
}

function refuseThenable(value: unknown, name: string): void {
  if (typeof (value as PromiseLike<unknown> | null | undefined)?.then !== 'function') return;
  const refusal = new DormouseError(
    'ERR_BEHAVIOR_ASYNC',
    `state.${name} was given a promise: changes must be synchronous; ask the host for what takes time (session.ask)`,
  );
  // The promise is the user's and may still reject; that would end the process on top of this error.
  (value as PromiseLike<unknown>).then(undefined, (reason) => {
    refusal.cause = reason;
  });
  throw refusal;
}
