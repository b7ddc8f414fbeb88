import { accounts, startEcho } from './test-manager.js';

/** Sessions. */
export const BLOCK = 64;

/** A manager in whose `blocks` blocks every `of`-th session is left; `maps` of them in turn. */
export async function startSparse(blocks: number, of: number, settings: Parameters<typeof startEcho>[0] = {}, maps = 1) {
  const manager = await startEcho({ poolSize: BLOCK, enableAutoDefragmentation: false, ...settings });
  const handles = manager.createSessionBatch(accounts(blocks * BLOCK), (accountId) => ({ mapId: accountId % maps }));
  const left = handles.filter((handle) => handle.accountId % of === 0);
  for (const handle of handles) if (handle.accountId % of === 0) handle.push(1, new Uint8Array([handle.accountId & 255]));
  for (const handle of handles) if (handle.accountId % of !== 0) handle.release();
  return { manager, left };
}
