import { DormouseError, shown } from '../errors.js';

/**
 * Turns values into bytes and back: state fields made by `data()`, what sessions ask the host, what it answers, what sessions are
 * created with. The same value must give the same bytes in every thread and in every run.
 */
export interface Codec {
  encode(value: unknown): Uint8Array;
  /** `bytes` may lie in shared memory and is valid during the call only. */
  decode(bytes: Uint8Array): unknown;
  /**
   * Module that has this codec as its default export, such as `import.meta.url` of where it is defined: worker threads import it from there.
   * Needed for a manager's `codec` on schedulers with workers alone; the codec of a field comes with its behaviour.
   */
  readonly url?: string;
}

/** Throws `ERR_CONFIG_INVALID` for what is no codec. */
export function requireCodec(codec: unknown): Codec {
  const candidate = codec as Codec | null;
  if (typeof candidate?.encode === 'function' && typeof candidate.decode === 'function') return candidate;
  throw new DormouseError('ERR_CONFIG_INVALID', `codec must have encode and decode: got ${shown(codec)}`);
}

/** Encodes a value. Throws `ERR_INVALID_ARGUMENT` if the codec gives no bytes, such as a promise of some. */
export function encodeWith(codec: Codec, value: unknown): Uint8Array {
  const bytes: unknown = codec.encode(value);
  if (bytes instanceof Uint8Array) return bytes;
  throw new DormouseError('ERR_INVALID_ARGUMENT', `encode of a codec must return a Uint8Array: got ${shown(bytes)}`);
}
