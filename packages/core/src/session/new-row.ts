import { DormouseError } from '../errors.js';
import { Column, Traffic } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { BehaviorHost } from './behavior-host.js';

/** A session to be created, its values checked. */
export interface NewSession {
  readonly accountId: number;
  readonly incarnation: number;
  readonly host: BehaviorHost;
  readonly mapId: number;
  readonly groupId: number;
  readonly init: unknown;
}

const COUNTERS = Object.values(Traffic);

/** Makes a row's columns in the table those of a new session, but for its last activity; its updates are counted from tick number `tick` on. */
export function beginRow(
  { page, traffic }: Block,
  row: number,
  { accountId, mapId, groupId, incarnation }: NewSession,
  tick: number,
): void {
  page[Column.account + row] = accountId;
  page[Column.map + row] = mapId;
  page[Column.group + row] = groupId;
  page[Column.incarnation + row] = incarnation;
  page[Column.updateBias + row] = tick;
  page[Column.inbound + row] = 0;
  page[Column.outbound + row] = 0;
  for (const column of COUNTERS) traffic[column + row] = 0;
}

/** The error for an account that has a session already; `more` ends the sentence. */
export function sessionExists(accountId: number, more = ''): DormouseError {
  return new DormouseError('ERR_SESSION_EXISTS', `account ${accountId} has a session already${more}`, { accountId });
}
