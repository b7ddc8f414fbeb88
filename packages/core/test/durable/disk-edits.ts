import { NO_LOCATION } from '@dormouse/core';
import { type ClockNote, noteClock } from '../../src/manager/durable/notes.js';
import { emptyHead, HEAD_BYTES, type IndexHead, readHead, writeHead } from '../../src/record/record-head.js';
import { type Disk, DiskStore } from './disk-fixture.js';

/** Gives the heads of these accounts, all where none is named, other values. */
export function editHeads(disk: Disk, changes: Partial<IndexHead>, ...accountIds: number[]): void {
  for (const [location, entry] of disk.records) {
    if (accountIds.length > 0 && !accountIds.includes(entry.accountId)) continue;
    const head = new Uint8Array(HEAD_BYTES);
    writeHead(new DataView(head.buffer, 0, HEAD_BYTES), 0, { ...headOf(entry.head), ...changes });
    disk.records.set(location, { ...entry, head });
  }
}

/** Changes a byte of an account's record. */
export function spoil(disk: Disk, accountId: number): void {
  const entry = disk.byAccount().get(accountId);
  if (entry === undefined) throw new Error(`account ${accountId} has no record`);
  entry.record[entry.record.length - 1] ^= 1;
}

/** Notes the time, as a manager does with each `put`. */
export function setClock(disk: Disk, clock: Partial<ClockNote>): void {
  const store = new DiskStore(disk);
  store.open({ moved: () => NO_LOCATION } as never);
  noteClock(store.durable, { tick: 1, nowMs: 0, incarnations: 0, savedAt: 0, checkpointTick: 0, earlier: [], ...clock });
  store.close();
}

export function headOf(head: Uint8Array): IndexHead {
  return readHead(new DataView(head.buffer, head.byteOffset, head.length), 0, emptyHead());
}
