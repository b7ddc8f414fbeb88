import manifest from '../../../package.json' with { type: 'json' };
import { DormouseError, shown } from '../../errors.js';
import type { DurableRecords } from '../../hibernation/durable-records.js';
import type { Run } from './runs.js';

/** Keys of the notes that a manager keeps in a store that outlives the process. */
export const NoteKey = { format: 'format', shapes: 'shapes', clock: 'clock' } as const;

/** Of notes and heads together: a store of another is refused. */
const FORMAT_VERSION = 1;

/** Noted once, when a manager has a store for itself. */
export interface FormatNote {
  readonly version: number;
  /** Version of @dormouse/core that began it. */
  readonly dormouse: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly seed: number;
}

/** Noted with every `put`, and before every `flush`: nothing that is durable is of a later time. */
export interface ClockNote extends Run {
  readonly tick: number;
  readonly nowMs: number;
  /** The incarnation given last. */
  readonly incarnations: number;
  /** Unix time, ms. */
  readonly savedAt: number;
  /** Runs before this one of which the store may still have records, oldest first. */
  readonly earlier: readonly Run[];
}

/** What a manager goes on from. */
export interface StoredNotes {
  readonly format: FormatNote;
  /** Undefined: nothing was ever stored. */
  readonly clock: ClockNote | undefined;
  /** See `StoredShapes`. */
  readonly shapes: string | undefined;
}

export function noteFormat(durable: DurableRecords, seed: number): void {
  const format: FormatNote = { version: FORMAT_VERSION, dormouse: manifest.version, createdAt: new Date().toISOString(), seed };
  durable.note(NoteKey.format, JSON.stringify(format));
}

export function noteClock(durable: DurableRecords, clock: ClockNote): void {
  durable.note(NoteKey.clock, JSON.stringify(clock));
}

/** What a store was noted when it was last open; undefined if no manager has had it. Throws `ERR_STORE_FILE` for what this one cannot read. */
export function readNotes(store: string, notes: DurableRecords['notes']): StoredNotes | undefined {
  const format = notes.get(NoteKey.format);
  if (format === undefined) return undefined;
  const clock = notes.get(NoteKey.clock);
  return {
    format: readFormat(store, format),
    clock: clock === undefined ? undefined : readClock(store, clock),
    shapes: notes.get(NoteKey.shapes),
  };
}

function readFormat(store: string, text: string): FormatNote {
  const format = objectOf(store, NoteKey.format, text) as Partial<FormatNote>;
  const { version, dormouse, createdAt, seed } = format;
  if (version !== FORMAT_VERSION) {
    const by = typeof dormouse === 'string' ? `, written by @dormouse/core ${dormouse}` : '';
    throw unreadable(store, `its format must be ${FORMAT_VERSION}, as in @dormouse/core ${manifest.version}: got ${shown(version)}${by}`);
  }
  if (!isU32(seed)) throw unreadable(store, `the seed in note "format" must be an integer 0…4294967295: got ${shown(seed)}`);
  return { version, dormouse: String(dormouse), createdAt: String(createdAt), seed };
}

function readClock(store: string, text: string): ClockNote {
  const clock = objectOf(store, NoteKey.clock, text) as Partial<ClockNote>;
  const { tick, nowMs, incarnations, savedAt, earlier = [] } = clock;
  if (!Number.isSafeInteger(tick) || (tick as number) < 0 || !Number.isFinite(nowMs) || !Number.isInteger(incarnations)) {
    throw unreadable(store, `note "clock" must have tick, nowMs and incarnations: got ${shown(text)}`);
  }
  if (!isRun(clock) || !Array.isArray(earlier) || !earlier.every(isRun)) {
    throw unreadable(store, `note "clock" must have the ticks of checkpoints, of this run and of those before: got ${shown(text)}`);
  }
  return {
    tick: tick as number,
    nowMs: nowMs as number,
    incarnations: (incarnations as number) | 0,
    savedAt: Number(savedAt),
    ...runOf(clock),
    earlier: earlier.map(runOf),
  };
}

function isRun(value: unknown): value is Partial<Run> {
  const { sinceTick, checkpointTick } = (value ?? {}) as Partial<Run>;
  return [sinceTick, checkpointTick].every((tick) => tick === undefined || Number.isSafeInteger(tick));
}

function runOf({ sinceTick, checkpointTick = 0 }: Partial<Run>): Run {
  return { sinceTick, checkpointTick };
}

function objectOf(store: string, key: string, text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(store, `note ${shown(key)} is no JSON: got ${shown(text)}`, cause);
  }
  if (typeof value === 'object' && value !== null) return value;
  throw unreadable(store, `note ${shown(key)} is no object: got ${shown(text)}`);
}

function isU32(value: unknown): value is number {
  return typeof value === 'number' && value >>> 0 === value;
}

function unreadable(store: string, why: string, cause?: unknown): DormouseError {
  return new DormouseError('ERR_STORE_FILE', `store ${store} cannot be read: ${why}`, cause === undefined ? {} : { cause });
}
