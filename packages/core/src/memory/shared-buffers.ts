import { DormouseError, type ErrorCode, shown } from '../errors.js';

/** What a host can share with all its sessions. */
export type Shareable = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** Views of shared memory that every thread has, by name. */
export type SharedViews = ReadonlyMap<string, ArrayBufferView>;

type ViewClass = new (buffer: SharedArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;

/** What is shared under a name. Throws `ERR_SHARED_UNKNOWN`, naming what there is. */
export function sharedUnder(name: string, views: SharedViews): ArrayBufferView {
  const view = views.get(name);
  if (view !== undefined) return view;
  const known = views.size === 0 ? 'nothing is' : `known are ${[...views.keys()].join(', ')}`;
  throw new DormouseError('ERR_SHARED_UNKNOWN', `${shown(name)} is not shared with the sessions: ${known} (option shared, manager.shared)`);
}

/** Views of all that an object names. Throws `ERR_CONFIG_INVALID`. */
export function sharedViews(sources: unknown): Map<string, ArrayBufferView> {
  if (sources === undefined) return new Map();
  if (typeof sources !== 'object' || sources === null || Array.isArray(sources)) {
    throw new DormouseError('ERR_CONFIG_INVALID', `shared must be an object of buffers by name: got ${shown(sources)}`);
  }
  return new Map(Object.entries(sources).map(([name, source]) => [name, sharedView(name, source, 'ERR_CONFIG_INVALID')]));
}

/**
 * A view of shared memory with what `source` holds: on its own memory where that is shared, else on a copy. A view of the same type, of
 * bytes where a buffer is given; of explicit length, as all views of shared memory here. Throws `code` for what is neither.
 */
export function sharedView(name: unknown, source: unknown, code: ErrorCode): ArrayBufferView {
  if (typeof name !== 'string' || name === '') {
    throw new DormouseError(code, `what is shared must have a name, a text that is not empty: got ${shown(name)}`);
  }
  if (ArrayBuffer.isView(source)) return viewLike(typeOf(source), source.buffer, source.byteOffset, source.byteLength);
  const type = typeOf(source);
  if (type === 'ArrayBuffer' || type === 'SharedArrayBuffer') {
    const { byteLength } = source as ArrayBufferLike;
    return viewLike('Uint8Array', source as ArrayBufferLike, 0, byteLength);
  }
  throw new DormouseError(code, `shared ${shown(name)} must be a typed array, a DataView or a buffer: got ${shown(source)}`);
}

function viewLike(type: string, memory: ArrayBufferLike, byteOffset: number, byteLength: number): ArrayBufferView {
  const View = (globalThis as unknown as Record<string, ViewClass & { readonly BYTES_PER_ELEMENT?: number }>)[type];
  const length = byteLength / (View.BYTES_PER_ELEMENT ?? 1);
  if (typeOf(memory) === 'SharedArrayBuffer') return new View(memory as SharedArrayBuffer, byteOffset, length);
  const copy = new SharedArrayBuffer(byteLength);
  new Uint8Array(copy, 0, byteLength).set(new Uint8Array(memory, byteOffset, byteLength));
  return new View(copy, 0, length);
}

/** The plain type: a Node.js `Buffer` is a `Uint8Array`, as it is in every other thread that it is sent to. */
function typeOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
