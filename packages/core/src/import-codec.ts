import { DormouseError, messageOf } from './errors.js';
import { type Codec, requireCodec } from './layout/codec.js';
import { messagePack } from './message-pack.js';

/** The codec that is the default export of a module; MessagePack where none is named. Throws `ERR_BEHAVIOR_IMPORT` with the cause. */
export async function importCodec(url: string | undefined): Promise<Codec> {
  if (url === undefined) return messagePack;
  try {
    const { default: codec } = (await import(url)) as { default?: unknown };
    return requireCodec(codec);
  } catch (cause) {
    throw new DormouseError('ERR_BEHAVIOR_IMPORT', `codec cannot be imported from ${url}: ${messageOf(cause)}`, { cause });
  }
}
