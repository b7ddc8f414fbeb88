import manifest from '../../../package.json' with { type: 'json' };
import { DormouseError, messageOf, requireInteger } from '../../errors.js';
import { NO_ENTRY } from '../../hibernation/sleepers.js';
import { Column, MAX_ACCOUNT_ID, ROW_MASK, SlotState } from '../../layout/geometry.js';
import { checkRecord } from '../../record/decoded-record.js';
import { RecordKind } from '../../record/record-head.js';
import { shapeOfRecord } from '../../record/record-parts.js';
import { RecordWriter } from '../../record/record-writer.js';
import { type BlobHeader, writeBlob } from '../../record/session-blob.js';
import { type Shape, shapeOf } from '../../record/shape.js';
import { NO_SLOT } from '../../session/store.js';
import type { Engine } from '../engine.js';
import { tickInFlight } from '../tick-engine.js';

/** What is known of a session that is here. */
type Found = Pick<BlobHeader, 'mapId' | 'groupId' | 'status' | 'updateCount' | 'dueMs' | 'shape'> & {
  readonly record: Uint8Array;
  readonly incarnation: number;
};

const STATUSES: Readonly<Record<number, BlobHeader['status']>> = {
  [SlotState.active]: 'active',
  [SlotState.quarantined]: 'quarantined',
  [SlotState.hibernating]: 'asleep',
};

/** See `SessionManager.exportSession`. */
export function exportSession(engine: Engine, accountId: number): Uint8Array {
  requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
  const { clock, ticks, store, seed, services } = engine;
  if (ticks.phase !== 'idle') throw tickInFlight(clock, 'a session cannot be exported');
  const slot = store.index.get(accountId);
  const { record, incarnation, ...found } = slot === NO_SLOT ? asleep(engine, accountId) : inSlot(engine, slot, accountId);
  const { number: tick, nowMs } = clock;
  const requests = services.asks.openOf(incarnation);
  return writeBlob({ dormouse: manifest.version, accountId, ...found, seed, tick, nowMs, requests }, record);
}

function inSlot({ store, clock, upgrades }: Engine, slot: number, accountId: number): Found {
  const status = STATUSES[store.table.slotStates[slot]];
  const hook = store.hookOf(slot);
  if (status === undefined || hook !== undefined) {
    throw new DormouseError('ERR_SESSION_HOOK', `account ${accountId} cannot be exported in its own ${hook ?? 'create'} hook`, {
      accountId,
    });
  }
  const block = store.block(slot);
  const row = slot & ROW_MASK;
  const writer = new RecordWriter(store.table, true, upgrades.numbers);
  writer.tick = clock.number;
  let record = new Uint8Array(4096);
  let length = writer.write(block, row, record, 0);
  if (length < 0) {
    record = new Uint8Array(writer.length);
    length = writer.write(block, row, record, 0);
  }
  return {
    record: record.subarray(0, length),
    incarnation: block.page[Column.incarnation + row],
    mapId: block.page[Column.map + row] >>> 0,
    groupId: block.page[Column.group + row] >>> 0,
    status,
    updateCount: store.updateCount(slot) >>> 0,
    dueMs: status === 'asleep' ? dueMsOf(store.sleepers.dueMsOf(store.sleepers.find(accountId))) : null,
    shape: shapeOf(store.hostOf(slot).behavior),
  };
}

/** Its record is in the store, and stays there as it is. */
function asleep({ store, records, upgrades, hibernation }: Engine, accountId: number): Found {
  const { sleepers, pool } = store;
  const entry = sleepers.find(accountId);
  if (entry === NO_ENTRY) throw new DormouseError('ERR_SESSION_STALE', `account ${accountId} has no session to be exported`, { accountId });
  let record: Uint8Array;
  try {
    record = records.read(accountId, sleepers.locationOf(entry)).slice();
  } catch (cause) {
    if (DormouseError.isInstance(cause)) throw cause;
    const message = `the record of account ${accountId} could not be read: ${messageOf(cause)}`;
    throw new DormouseError('ERR_STORE_FAILED', message, { accountId, cause });
  }
  const head = checkRecord(record, accountId);
  const number = shapeOfRecord(record);
  const { shapes } = upgrades;
  const shape: Shape | undefined = shapes === undefined ? shapeOf(pool.hosts[number].behavior) : shapes.at(number);
  if (shape === undefined) {
    const message = `the record of account ${accountId} cannot be exported: ${shapes?.refusalOf(number)}`;
    throw new DormouseError('ERR_RECORD_SHAPE', message, { accountId });
  }
  const status = sleepers.kindOf(entry) === RecordKind.quarantined ? 'quarantined' : 'asleep';
  return {
    record,
    incarnation: sleepers.incarnationOf(entry),
    mapId: sleepers.mapOf(entry),
    groupId: sleepers.groupOf(entry),
    status,
    updateCount: hibernation.waking.updatesOf(head) >>> 0,
    dueMs: status === 'asleep' ? dueMsOf(sleepers.dueMsOf(entry)) : null,
    shape,
  };
}

/** JSON knows no infinity. */
function dueMsOf(dueMs: number): number | null {
  return Number.isFinite(dueMs) ? dueMs : null;
}
