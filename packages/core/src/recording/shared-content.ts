import { crc32 } from 'node:zlib';
import { DormouseError, shown } from '../errors.js';
import { type Shareable, sharedView } from '../memory/shared-buffers.js';

/** What a shared buffer is, in a few words: its type, its bytes, their CRC-32. Its content is not recorded. */
export function contentOf(view: ArrayBufferView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return `${view.constructor.name} of ${bytes.length} bytes, CRC-32 ${crc32(bytes).toString(16).padStart(8, '0')}`;
}

/** What to share under a name in a replay. Throws `ERR_REPLAY_SHARED` when it is not given, or is not what was recorded. */
export function requireShared(name: string, content: string, given: Readonly<Record<string, Shareable>>): Shareable {
  if (!Object.hasOwn(given, name)) {
    throw new DormouseError('ERR_REPLAY_SHARED', `${shown(name)} was shared when this was recorded (${content}): give it in shared`);
  }
  const actual = contentOf(sharedView(name, given[name], 'ERR_INVALID_ARGUMENT'));
  if (actual !== content) {
    throw new DormouseError('ERR_REPLAY_SHARED', `shared ${shown(name)} is not what was recorded: that was ${content}, this is ${actual}`);
  }
  return given[name];
}
