import { RECORD_HEAD_WORDS, recordBytes } from './record-ring.js';

/**
 * What records of requests hold: those that sessions write to their outboxes and the host reads when the tick has ended.
 *
 *     spawn   a: account   b: flags | name bytes << 3   payload: map, group, name padded to whole words, encoded init
 *     log     a: level     payload: UTF-8
 *
 * Which of map, group and init were given, the flags say.
 */
export const SpawnFlag = { map: 1, group: 2, init: 4 } as const;
const NAME_SHIFT = 3;

/** Levels by number. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Payload bytes of a spawn before the encoded init. */
export function spawnHeadBytes(nameBytes: number): number {
  return 8 + ((nameBytes + 3) & ~3);
}

/** The second word of a spawn's head. */
export function spawnWord(flags: number, nameBytes: number): number {
  return flags | (nameBytes << NAME_SHIFT);
}

/** A spawn as it was asked for. What was not given is undefined. */
export interface SpawnRecord {
  readonly accountId: number;
  readonly mapId: number | undefined;
  readonly groupId: number | undefined;
  readonly behaviorName: string | undefined;
  /** Encoded, a copy. */
  readonly init: Uint8Array | undefined;
}

/** The spawn whose record's head is at `at`. */
export function readSpawn(words: Int32Array, at: number): SpawnRecord {
  const payload = at + RECORD_HEAD_WORDS;
  const flags = words[at + 2];
  const nameBytes = flags >>> NAME_SHIFT;
  const headBytes = spawnHeadBytes(nameBytes);
  return {
    accountId: words[at + 1] >>> 0,
    mapId: (flags & SpawnFlag.map) === 0 ? undefined : words[payload] >>> 0,
    groupId: (flags & SpawnFlag.group) === 0 ? undefined : words[payload + 1] >>> 0,
    behaviorName: nameBytes === 0 ? undefined : textOf(bytesAt(words, payload + 2, nameBytes)),
    init: (flags & SpawnFlag.init) === 0 ? undefined : bytesAt(words, payload + (headBytes >> 2), recordBytes(words, at) - headBytes),
  };
}

/** The text of a log record. */
export function readLog(words: Int32Array, at: number): { level: (typeof LOG_LEVELS)[number]; text: string } {
  return { level: LOG_LEVELS[words[at + 1]], text: textOf(bytesAt(words, at + RECORD_HEAD_WORDS, recordBytes(words, at))) };
}

/** A copy: decoders take no shared memory. */
function bytesAt(words: Int32Array, at: number, length: number): Uint8Array {
  return Uint8Array.from(new Uint8Array(words.buffer, words.byteOffset + at * 4, length));
}

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
