import { DormouseError, messageOf, requireInteger, requireKeys, shown } from '../../errors.js';
import { Column, MAX_ACCOUNT_ID, ROW_MASK } from '../../layout/geometry.js';
import type { Block } from '../../memory/block.js';
import { topicKey } from '../../memory/topic-key.js';
import { Migration } from '../../record/migration.js';
import { RecordFields } from '../../record/record-fields.js';
import { shapeOfRecord, takeApart } from '../../record/record-parts.js';
import { RecordReader } from '../../record/record-reader.js';
import type { NamedRequest } from '../../record/row-services.js';
import { readBlob, type SessionBlob } from '../../record/session-blob.js';
import { isSameShape, shapeOf } from '../../record/shape.js';
import { layoutOf } from '../../record/shape-layout.js';
import { arrive } from '../../session/arrival.js';
import type { BehaviorHost } from '../../session/behavior-host.js';
import { SessionHandle } from '../../session/handle.js';
import type { NewSession } from '../../session/new-row.js';
import { NO_SLOT } from '../../session/store.js';
import type { Engine } from '../engine.js';
import { standingOf } from './shapes.js';

/** What of a session is another where it is imported. */
export interface ImportOptions {
  /** u32 ≥ 1. Default: the account it was exported as. */
  readonly accountId?: number;
  /** u32. Default: the map it was on. */
  readonly mapId?: number;
  /** u32. Default: the group it was in. */
  readonly groupId?: number;
}

const MAX_U32 = 0xffff_ffff;
const IMPORT_OPTIONS = ['accountId', 'mapId', 'groupId'] as const;

/** A session that can be let in. */
interface Planned {
  readonly session: NewSession;
  readonly blob: SessionBlob;
  /** Of the shape that its behaviour has here. */
  readonly record: Uint8Array;
  /** Those that were on their way. */
  readonly requests: readonly NamedRequest[];
  /** The blob as it came: what a recording keeps. */
  readonly bytes: Uint8Array;
}

/** See `SessionManager.importSession`. */
export function importSession(engine: Engine, bytes: Uint8Array, options: ImportOptions): SessionHandle {
  if (typeof options !== 'object' || options === null) throw invalidArgument(`options must be an object: got ${shown(options)}`);
  requireKeys('option of importSession', options, IMPORT_OPTIONS);
  const planned = plan(engine, bytes, options, false);
  const { registry, ticks } = engine;
  const { accountId, incarnation } = planned.session;
  if (ticks.phase === 'idle') return new SessionHandle(registry, accountId, incarnation, letIn(engine, planned));
  registry.population.queueArrival(planned.session, isAsleep(planned), () => void letIn(engine, planned));
  return new SessionHandle(registry, accountId, incarnation, NO_SLOT);
}

/** As it was recorded: at once, whatever the limit is. */
export function importRecorded(engine: Engine, bytes: Uint8Array, options: Required<ImportOptions>): void {
  letIn(engine, plan(engine, bytes, options, true));
}

/** All checks that can be made before it has a slot. */
function plan(engine: Engine, bytes: Uint8Array, options: ImportOptions, isRecorded: boolean): Planned {
  const blob = readBlob(bytes);
  const { header } = blob;
  const accountId = requireInteger('accountId', options.accountId ?? header.accountId, 1, MAX_ACCOUNT_ID);
  const mapId = requireInteger('mapId', options.mapId ?? header.mapId, 0, MAX_U32);
  const groupId = requireInteger('groupId', options.groupId ?? header.groupId, 0, MAX_U32);
  const { host, record } = recordHere(engine, blob);
  const requests = requireReadable(engine, blob, record, host);
  const session = engine.registry.population.planArrival(accountId, host, mapId, groupId, isRecorded || header.status === 'asleep');
  return { session, blob, record, requests, bytes: Uint8Array.from(bytes) };
}

/** The behaviour that it follows here, and its record as that has it: as it came, or as `migrate` makes it. */
function recordHere({ store, upgrades }: Engine, { header, record }: SessionBlob): { host: BehaviorHost; record: Uint8Array } {
  const { shape, accountId } = header;
  const { behaviors, codec } = upgrades;
  const { hosts } = store.pool;
  const same = behaviors.findIndex((behavior) => isSameShape(shapeOf(behavior), shape));
  if (same !== -1) return { host: hosts[same], record };
  const standing = standingOf(shape, behaviors);
  if (standing.kind === 'refused') {
    throw new DormouseError('ERR_RECORD_SHAPE', `the session of account ${accountId} cannot be read here: ${standing.why}`, { accountId });
  }
  const behavior = behaviors[standing.behaviorIndex];
  const migration = new Migration({ fromVersion: shape.version, from: new RecordFields(layoutOf(shape)), behavior, toShape: 0, codec });
  try {
    return { host: hosts[standing.behaviorIndex], record: migration.migrate(record, accountId) };
  } catch (cause) {
    throw DormouseError.isInstance(cause, 'ERR_RECORD_CORRUPT') ? invalidRecord(cause) : cause;
  }
}

/** Sees to it that no update meets what cannot be read; what its rings need shows when it has a slot. Returns the requests that were on their way, by its record and its header. */
function requireReadable({ upgrades }: Engine, { header }: SessionBlob, record: Uint8Array, { layout }: BehaviorHost): NamedRequest[] {
  const { accountId } = header;
  const fields = new RecordFields(layout);
  const requests = new Map(header.requests.map((request) => [request.requestId, request]));
  try {
    const { data, named } = takeApart(record, accountId, fields);
    for (const request of named) requests.set(request.requestId, request);
    for (const [index, { name, field }] of fields.data.entries()) {
      const { bytes } = data[index];
      if (bytes !== undefined) decoded(`state.${name}`, () => (field.codec ?? upgrades.codec).decode(bytes.slice()));
    }
    for (const { topic } of requests.values()) topicKey(topic);
  } catch (cause) {
    throw invalidRecord(cause);
  }
  return [...requests.values()];
}

function decoded(what: string, decode: () => unknown): void {
  try {
    decode();
  } catch (cause) {
    throw new DormouseError('ERR_RECORD_CORRUPT', `${what} cannot be decoded by the codec that it has here: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function letIn(engine: Engine, planned: Planned): number {
  const { inputs, registry, store, clock, seed, services } = engine;
  const { session, blob, record, requests, bytes } = planned;
  const { accountId, mapId, groupId } = session;
  const { header } = blob;
  inputs.observer?.importing(accountId, mapId, groupId, bytes);
  const reader = new RecordReader(store.table, new Uint8Array(64).fill(shapeOfRecord(record)));
  const fill = (block: Block, row: number): void => {
    try {
      reader.read(record, header.accountId, block, row);
    } catch (cause) {
      throw invalidRecord(cause);
    }
    block.page[Column.updateBias + row] = -header.updateCount;
  };
  const dueMs = header.dueMs ?? Number.POSITIVE_INFINITY;
  const arrival = {
    planned: session,
    status: header.status,
    accountId: header.accountId,
    seed: header.seed,
    nowMs: header.nowMs,
    dueMs,
    fill,
  };
  try {
    return registry.changes.admit(accountId, () => {
      const slot = arrive(store, clock, seed, arrival);
      const block = store.block(slot);
      const isAsking = requests.length > 0 || block.cold.i32[block.services.unanswered + (slot & ROW_MASK)] !== 0;
      if (isAsking) services.asks.takeUp(slot, requests);
      return slot;
    });
  } catch (error) {
    inputs.observer?.failed(accountId);
    throw error;
  }
}

function isAsleep({ blob }: Planned): boolean {
  return blob.header.status === 'asleep';
}

function invalidRecord(cause: unknown): DormouseError {
  return new DormouseError('ERR_BLOB_INVALID', `these bytes are no session that can be here: ${messageOf(cause)}`, { cause });
}

function invalidArgument(message: string): DormouseError {
  return new DormouseError('ERR_INVALID_ARGUMENT', message);
}
