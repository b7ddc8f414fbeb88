/**
 * Topics as they stand in records of requests and answers: one byte of length, the name in UTF-8, zeros to whole words. Two topics are
 * the same if these words are; the hash in a record's head only spares most comparisons.
 */
import { DormouseError, shown } from '../errors.js';

/** Longest name, in bytes of UTF-8. */
const MOST_TOPIC_BYTES = 255;
/** Names that a cache keeps: programs have a handful of topics. */
const MOST_CACHED = 1024;

/** A name may begin with what a decoder takes for a byte order mark. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export interface TopicKey {
  readonly name: string;
  /** FNV-1a of the name's bytes, as i32. */
  readonly hash: number;
  readonly words: Int32Array;
}

/** The keys of topics by name. One for each thread that needs them. */
export class TopicKeys {
  readonly #keys = new Map<string, TopicKey>();

  /** Throws `ERR_INVALID_ARGUMENT` for what is no topic. */
  of(name: string): TopicKey {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = topicKey(name);
    if (this.#keys.size === MOST_CACHED) this.#keys.clear();
    this.#keys.set(name, key);
    return key;
  }
}

/** Throws `ERR_INVALID_ARGUMENT` for what is no topic: a text of 1…255 bytes. */
export function topicKey(name: string): TopicKey {
  if (typeof name !== 'string') throw invalid(`a topic must be a text: got ${shown(name)}`);
  // Half a surrogate pair has no bytes of its own: two names would become one.
  if (/\p{Surrogate}/u.test(name)) throw invalid(`a topic must be well-formed text, without half a surrogate pair: got ${shown(name)}`);
  const bytes = new TextEncoder().encode(name);
  if (bytes.length < 1 || bytes.length > MOST_TOPIC_BYTES) {
    throw invalid(`a topic must be 1…${MOST_TOPIC_BYTES} bytes of UTF-8: got ${bytes.length} (${shown(name)})`);
  }
  const words = new Int32Array((bytes.length + 4) >> 2);
  words[0] = bytes.length;
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < bytes.length; i++) {
    words[(i + 1) >> 2] |= bytes[i] << (((i + 1) & 3) << 3);
    hash = Math.imul(hash ^ bytes[i], 0x01000193);
  }
  return { name, hash, words };
}

/** True if the topic at `words[at]` is this one. */
export function isTopic(words: Int32Array, at: number, key: TopicKey): boolean {
  const own = key.words;
  for (let i = 0; i < own.length; i++) if (words[at + i] !== own[i]) return false;
  return true;
}

/** The name of the topic at `words[at]`. */
export function topicName(words: Int32Array, at: number): string {
  const bytes = new Uint8Array(words[at] & 0xff);
  for (let i = 0; i < bytes.length; i++) bytes[i] = words[at + ((i + 1) >> 2)] >>> (((i + 1) & 3) << 3);
  return decoder.decode(bytes);
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_INVALID_ARGUMENT', message);
}
