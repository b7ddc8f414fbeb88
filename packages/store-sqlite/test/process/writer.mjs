/**
 * Puts, replaces, deletes and flushes at random, in the store at the path that it is given, until it is killed. Says on standard output, one line each, what it is about to do and what has been
 * acknowledged: `put SEED ACCOUNT…`, `done`, `delete ACCOUNT…`, `flush`, `done`.
 */
import { writeSync } from 'node:fs';
import { HEAD_BYTES, NO_LOCATION } from '@dormouse/core';
import { sqliteStore } from '../../dist/index.js';
import { contentOf } from './content.mjs';

const [path, seedText, options] = process.argv.slice(2);
const store = sqliteStore(path, JSON.parse(options));
let state = Number(seedText);
const random = (below) => {
  state = (Math.imul(state, 0x0019_660d) + 0x3c6e_f35f) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
// Synchronously: what was said has been said when the process is killed.
const say = (...words) => writeSync(1, `${words.join(' ')}\n`);

await store.open({ contractVersion: 1, logger: console, moved() {} });
const locations = new Map();
await store.durable.load((count, heads, places) => {
  const view = new DataView(heads.buffer, heads.byteOffset, heads.byteLength);
  for (let index = 0; index < count; index++) locations.set(view.getUint32(index * HEAD_BYTES, true), places[index]);
});
say('open');
for (let seed = Number(seedText) * 100_000; ; seed++) {
  const what = random(10);
  if (what < 6) await put(seed);
  else if (what < 9) remove();
  else {
    say('flush');
    await store.durable.flush();
    say('done');
  }
}

async function put(seed) {
  const accounts = new Set();
  for (let count = 1 + random(32); count > 0; count--) accounts.add(1 + random(3000));
  const records = [...accounts].map((account) => contentOf(account, seed));
  const batch = {
    count: records.length,
    bytes: Buffer.concat(records),
    ends: new Uint32Array(records.length),
    accountIds: Uint32Array.from(accounts),
    locations: Uint32Array.from(accounts, (account) => locations.get(account) ?? NO_LOCATION),
    heads: new Uint8Array(records.length * HEAD_BYTES),
  };
  let end = 0;
  for (const [index, record] of records.entries()) {
    end += record.length;
    batch.ends[index] = end;
    new DataView(batch.heads.buffer, index * HEAD_BYTES, HEAD_BYTES).setUint32(0, batch.accountIds[index], true);
  }
  say('put', seed, ...accounts);
  await store.put(batch);
  say('done');
  for (const [index, account] of batch.accountIds.entries()) locations.set(account, batch.locations[index]);
}

function remove() {
  const accounts = [...locations.keys()].filter(() => random(60) === 0);
  if (accounts.length === 0) return;
  say('delete', ...accounts);
  for (const account of accounts) {
    store.delete(account, locations.get(account));
    locations.delete(account);
  }
}
