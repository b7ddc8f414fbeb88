import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { SETTING_SCHEMAS } from './config.js';
import { DormouseError, messageOf, requireKeys, shown } from './errors.js';
import type { ManagerSettings } from './settings.js';

type Key = { readonly setting: keyof ManagerSettings; readonly kind: 'flag' | 'integer' };

/** The specification's keys and the settings they stand for. */
const KEYS: Readonly<Record<string, Key>> = {
  'Playerbot.Enable': { setting: 'enabled', kind: 'flag' },
  'Playerbot.SessionMgr.MaxConcurrentSessions': { setting: 'maxConcurrentSessions', kind: 'integer' },
  'Playerbot.SessionMgr.UpdateBatchSize': { setting: 'updateBatchSize', kind: 'integer' },
  'Playerbot.SessionMgr.WorkerThreads': { setting: 'workerThreads', kind: 'integer' },
  'Playerbot.SessionMgr.HibernationThresholdMinutes': { setting: 'hibernationThresholdMinutes', kind: 'integer' },
  'Playerbot.SessionMgr.EnableSIMD': { setting: 'enableSimd', kind: 'flag' },
  'Playerbot.SessionMgr.EnableAutoDefragmentation': { setting: 'enableAutoDefragmentation', kind: 'flag' },
};

/** Keys and variables that are ours, or are meant to be: an unknown one is a mistake. */
const OURS = /^playerbot[._]?(session_?mgr|enabled?$)/i;
const KEY_OF_VARIABLE = new Map(Object.keys(KEYS).map((key) => [variableOf(key), key]));

/** Where to read settings from. */
export interface ConfigSource {
  /** A `playerbots.conf`: `Key = value  # comment` a line. */
  readonly file?: string | URL;
  /** Variables such as `PLAYERBOT_SESSION_MGR_UPDATE_BATCH_SIZE`; they win over the file. Usually `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the `Playerbot.Enable` and `Playerbot.SessionMgr.*` keys from a file, from the environment or from both. Spread the
 * result into the options of `SessionManager.start`; keys that are not there are not set.
 *
 * Other keys of such a file belong to others and are passed over. What looks like one of these and is none, in whatever case, a bad value,
 * a key twice, a line that is none, is refused with file and line, or with the variable's name: `ERR_CONFIG_KEY_UNKNOWN`,
 * `ERR_CONFIG_INVALID`.
 */
export async function loadConfig(source: ConfigSource): Promise<ManagerSettings> {
  if (typeof source !== 'object' || source === null || (source.file === undefined && source.env === undefined)) {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `loadConfig takes { file, env }, at least one of them: got ${shown(source)}`);
  }
  requireKeys('option of loadConfig', source, ['file', 'env']);
  const fromFile = source.file === undefined ? {} : parse(await read(source.file), displayName(source.file));
  return { ...fromFile, ...fromEnvironment(source.env ?? {}) };
}

async function read(file: string | URL): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new DormouseError('ERR_CONFIG_INVALID', `cannot read ${displayName(file)}: ${messageOf(cause)}`, { cause });
  }
}

function parse(content: string, fileName: string): ManagerSettings {
  const settings: Record<string, unknown> = {};
  const lineOf = new Map<string, number>();
  for (const [index, raw] of content
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const place = `${fileName}:${index + 1}`;
    const line = raw.replace(/#.*$/, '').trim();
    if (line === '' || /^\[.*\]$/.test(line)) continue;
    const separator = line.indexOf('=');
    if (separator < 1) throw new DormouseError('ERR_CONFIG_INVALID', `${place}: expected Key = value: got ${shown(line)}`);
    const key = line.slice(0, separator).trim();
    const known = KEYS[key];
    if (known === undefined && !OURS.test(key)) continue;
    if (known === undefined) throw unknownKey(`${place}: unknown key ${shown(key)}`, Object.keys(KEYS));
    const earlier = lineOf.get(key);
    if (earlier !== undefined) throw new DormouseError('ERR_CONFIG_INVALID', `${place}: ${key} stands in line ${earlier} already`);
    lineOf.set(key, index + 1);
    const value = line
      .slice(separator + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
    settings[known.setting] = parseValue(known, value, `${place}: ${key}`);
  }
  return settings;
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): ManagerSettings {
  const settings: Record<string, unknown> = {};
  for (const [variable, value] of Object.entries(env)) {
    const key = KEY_OF_VARIABLE.get(variable);
    if (value === undefined || (key === undefined && !OURS.test(variable))) continue;
    if (key === undefined) throw unknownKey(`unknown environment variable ${shown(variable)}`, [...KEY_OF_VARIABLE.keys()]);
    settings[KEYS[key].setting] = parseValue(KEYS[key], value.trim(), `environment variable ${variable}`);
  }
  return settings;
}

function parseValue({ setting, kind }: Key, value: string, place: string): unknown {
  if (kind === 'flag') {
    if (value !== '0' && value !== '1') throw new DormouseError('ERR_CONFIG_INVALID', `${place} must be 0 or 1: got ${shown(value)}`);
    return value === '1';
  }
  const number = /^[+-]?\d+$/.test(value) ? Number(value) : value;
  const result = v.safeParse(SETTING_SCHEMAS[setting], number);
  if (!result.success) throw new DormouseError('ERR_CONFIG_INVALID', `${place} ${result.issues[0].message}`);
  return result.output;
}

function unknownKey(message: string, known: readonly string[]): DormouseError {
  return new DormouseError('ERR_CONFIG_KEY_UNKNOWN', `${message}: known are ${known.join(', ')}`);
}

/** `Playerbot.SessionMgr.EnableSIMD` → `PLAYERBOT_SESSION_MGR_ENABLE_SIMD`. */
function variableOf(key: string): string {
  return key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase();
}

function displayName(file: string | URL): string {
  return file instanceof URL && file.protocol === 'file:' ? fileURLToPath(file) : String(file);
}
