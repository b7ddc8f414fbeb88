import { checkRecord, type IndexHead } from '@dormouse/core/records';
import { PLACE_BYTES } from '../store-file.js';
import { decoded } from './readable.js';
import { headIn, type StoreContents, type StoredRecord } from './store-contents.js';

/** The head of a record all of which is whole: row, head, checksum, and the fields of its shape. Throws an `Error` that says what is wrong. */
export function checkedHead(contents: StoreContents, record: StoredRecord): IndexHead {
  const head = checkPlace(record);
  checkContent(contents, record, head);
  return head;
}

/** What the store knows of a record must be what its row has. */
function checkPlace({ id, account, place, bytes }: StoredRecord): IndexHead {
  const head = headIn(place);
  const view = new DataView(place.buffer, place.byteOffset, PLACE_BYTES);
  const known = [
    ['id', view.getUint32(0, true), id],
    ['account', view.getUint32(4, true), account],
    ['length', view.getUint32(8, true), bytes.length],
    ['account in the head', head.accountId, account],
  ] as const;
  for (const [what, stored, actual] of known) if (stored !== actual) throw new Error(`its ${what} must be ${actual}: got ${stored}`);
  return head;
}

function checkContent(contents: StoreContents, record: StoredRecord, head: IndexHead): void {
  const { shape, incarnation } = checkRecord(record.bytes, record.account);
  if (shape !== head.shape) throw new Error(`its head is of shape ${head.shape}, its record of ${shape}`);
  if (incarnation !== head.incarnation) throw new Error(`its head is of incarnation ${head.incarnation}, its record of ${incarnation}`);
  if (contents.shapesProblem !== undefined) return;
  if (decoded(contents, record, head) === undefined) throw new Error(`its shape, number ${shape}, is not in the list of shapes`);
}
