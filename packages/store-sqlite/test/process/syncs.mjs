/** Opens the store at the path that it is given, puts and flushes so many times, and closes it. */
import { HEAD_BYTES, NO_LOCATION } from '@dormouse/core';
import { sqliteStore } from '../../dist/index.js';

const [path, options, puts, flushes] = process.argv.slice(2);
const store = sqliteStore(path, JSON.parse(options));
await store.open({ contractVersion: 1, logger: console, moved() {} });
for (let account = 1; account <= Number(puts); account++) {
  const heads = new Uint8Array(HEAD_BYTES);
  new DataView(heads.buffer, 0, HEAD_BYTES).setUint32(0, account, true);
  await store.put({
    count: 1,
    bytes: new Uint8Array(200),
    ends: Uint32Array.of(200),
    accountIds: Uint32Array.of(account),
    locations: Uint32Array.of(NO_LOCATION),
    heads,
  });
}
for (let count = 0; count < Number(flushes); count++) await store.durable.flush();
await store.close();
