import manifest from '../../package.json' with { type: 'json' };
import type { AnyBehavior } from '../behavior.js';
import type { CheckedOptions } from '../config.js';
import { DormouseError, shown } from '../errors.js';
import type { Field } from '../layout/field.js';
import type { Engine } from '../manager/engine.js';
import { contentOf } from './shared-content.js';

/** Settings that decide what sessions do; others make no difference to them. (The batch size does where `updateBatch` throws.) */
const SETTINGS = [
  'seed',
  'startTimeMs',
  'ringBytes',
  'mailboxBytes',
  'outboxBytes',
  'quarantineAfter',
  'sessionCeiling',
  'poolSize',
  'maxConcurrentSessions',
  'updateBatchSize',
  'hibernationThresholdMinutes',
] as const;

interface RecordedSettings extends Readonly<Record<(typeof SETTINGS)[number], number>> {
  readonly enableAutoHibernation: boolean;
}

/** One field of a behaviour, by all that decides how it is stored. Not its initial value: that is for the digests to find. */
export interface RecordedField {
  readonly name: string;
  readonly type: string;
}

export interface RecordedBehavior {
  readonly name: string;
  readonly fields: readonly RecordedField[];
}

/** What a recording begins with, as JSON. */
export interface RecordingHeader {
  /** Versions of @dormouse/core and of Node.js that it was made with. */
  readonly dormouse: string;
  readonly node: string;
  /** When, in ISO 8601. */
  readonly startedAt: string;
  readonly settings: RecordedSettings;
  readonly behaviors: readonly RecordedBehavior[];
  /** What was shared, by name. */
  readonly shared: Readonly<Record<string, string>>;
  /** True if packets were handed out at the end of each tick. */
  readonly hasOnPacket: boolean;
  readonly detail: 'tick' | 'session';
  /** What the digests of parts are of. */
  readonly parts: readonly string[];
}

export function describeRun(engine: Engine, options: CheckedOptions<AnyBehavior>, detail: RecordingHeader['detail']): RecordingHeader {
  const config = { ...options.config, ...engine.settings() };
  return {
    dormouse: manifest.version,
    node: process.version,
    startedAt: new Date().toISOString(),
    settings: {
      ...(Object.fromEntries(SETTINGS.map((key) => [key, config[key]])) as Omit<RecordedSettings, 'enableAutoHibernation'>),
      enableAutoHibernation: config.enableAutoHibernation,
    },
    behaviors: options.behaviors.map(describeBehavior),
    shared: Object.fromEntries([...engine.shared.views].map(([name, view]) => [name, contentOf(view)])),
    hasOnPacket: options.handOver !== undefined,
    detail,
    parts: partNames(engine),
  };
}

/** Names of what digests are by, each field with its behaviour's before it. */
export function partNames(engine: Engine): string[] {
  return engine.digest().parts.map(({ behavior, name }) => (behavior === undefined ? name : `${behavior}.${name}`));
}

function describeBehavior({ name, layout }: AnyBehavior): RecordedBehavior {
  return { name, fields: layout.columns.map((column) => ({ name: column.name, type: typeOf(column.field) })) };
}

/** `f32`, `text(32)`, `u8[3] hot`, `data(4096)`, … */
function typeOf(field: Field): string {
  const { kind, element, length, hot, published } = field;
  const size = kind === 'data' ? `(${(field as Field & { maxBytes: number }).maxBytes})` : kind === 'text' ? `(${length})` : '';
  const elements = length === undefined || kind === 'text' ? '' : `[${length}]`;
  const base = kind === 'number' || kind === 'bigint' ? element : kind;
  return `${base}${size}${elements}${hot ? ' hot' : ''}${published ? ' published' : ''}`;
}

/**
 * The behaviours to replay with, in the order they were recorded. Throws `ERR_REPLAY_BEHAVIOR`, naming the behaviour that is missing or
 * the fields that are others.
 */
export function matchBehaviors<B extends AnyBehavior>(recorded: readonly RecordedBehavior[], given: readonly B[]): B[] {
  const left = [...given];
  return recorded.map((expected) => {
    const index = left.findIndex(({ name }) => name === expected.name);
    if (index === -1) {
      const names = given.map(({ name }) => name).join(', ');
      throw new DormouseError('ERR_REPLAY_BEHAVIOR', `behaviour ${shown(expected.name)} was recorded: given are ${names}`);
    }
    const [behavior] = left.splice(index, 1);
    requireSameFields(expected, describeBehavior(behavior));
    return behavior;
  });
}

function requireSameFields(expected: RecordedBehavior, given: RecordedBehavior): void {
  const before = new Map(expected.fields.map(({ name, type }) => [name, type]));
  const now = new Map(given.fields.map(({ name, type }) => [name, type]));
  const changes: string[] = [];
  for (const [name, type] of before) {
    const other = now.get(name);
    if (other === undefined) changes.push(`${name} (${type}) is missing`);
    else if (other !== type) changes.push(`${name} was ${type} and is ${other}`);
  }
  for (const [name, type] of now) if (!before.has(name)) changes.push(`${name} (${type}) is new`);
  if (changes.length === 0 && given.fields.some(({ name }, index) => name !== expected.fields[index].name)) {
    changes.push(`their order was ${expected.fields.map(({ name }) => name).join(', ')}`);
  }
  if (changes.length === 0) return;
  throw new DormouseError(
    'ERR_REPLAY_BEHAVIOR',
    `fields of behaviour ${shown(expected.name)} are not those recorded: ${changes.join('; ')}`,
  );
}

/** Throws if `text` is no header. */
export function parseHeader(text: string): RecordingHeader {
  const header = JSON.parse(text) as RecordingHeader;
  const isOne =
    typeof header === 'object' &&
    header !== null &&
    SETTINGS.every((key) => typeof header.settings?.[key] === 'number') &&
    typeof header.settings.enableAutoHibernation === 'boolean' &&
    [header.behaviors, header.parts].every(Array.isArray) &&
    typeof header.shared === 'object' &&
    header.shared !== null &&
    (header.detail === 'tick' || header.detail === 'session');
  if (!isOne) throw new Error('its header is none');
  return header;
}
