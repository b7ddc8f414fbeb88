import { type HibernationStore, MOST_RECORDS, NO_LOCATION, STORE_CONTRACT_VERSION } from '../../src/hibernation/hibernation-store.js';

export const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** A store, open, with a host that keeps where each account's record is. */
export async function openedStore(store: HibernationStore) {
  const locations = new Map<number, number>();
  await store.open({
    contractVersion: STORE_CONTRACT_VERSION,
    logger: SILENT,
    moved: (accountId, location) => void locations.set(accountId, location),
  });
  return { store, locations };
}

/** A batch of these records, by account, as the manager makes one. `locations`: where records that are replaced lie. */
export function batchOf(records: ReadonlyMap<number, Uint8Array>, locations: ReadonlyMap<number, number> = new Map()) {
  const accountIds = new Uint32Array(MOST_RECORDS);
  const ends = new Uint32Array(MOST_RECORDS);
  const places = new Uint32Array(MOST_RECORDS).fill(NO_LOCATION);
  const bytes = new Uint8Array([...records.values()].reduce((sum, record) => sum + record.length, 0));
  let end = 0;
  for (const [index, [accountId, record]] of [...records].entries()) {
    accountIds[index] = accountId;
    bytes.set(record, end);
    end += record.length;
    ends[index] = end;
    places[index] = locations.get(accountId) ?? NO_LOCATION;
  }
  return { count: records.size, bytes, ends, accountIds, locations: places };
}
