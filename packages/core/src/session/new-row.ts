import { DormouseError } from '../errors.js';
import { Column } from '../layout/geometry.js';
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

/** Columns of a row that start at 0, beside those set from what is created. */
const ZEROED = [
  Column.inbound,
  Column.outbound,
  Column.packetsIn,
  Column.packetsOut,
  Column.bytesIn,
  Column.bytesOut,
  Column.dropped,
  Column.mark,
  Column.markBefore,
];

/** Makes the core columns of a row those of a new session, whose updates are counted from tick number `tick` on. */
export function beginRow(page: Int32Array, row: number, { accountId, mapId, groupId, incarnation }: NewSession, tick: number): void {
  page[Column.account + row] = accountId;
  page[Column.map + row] = mapId;
  page[Column.group + row] = groupId;
  page[Column.incarnation + row] = incarnation;
  page[Column.updateBias + row] = tick;
  for (const column of ZEROED) page[column + row] = 0;
}

/** The error for an account that has a session already. */
export function sessionExists(accountId: number): DormouseError {
  return new DormouseError('ERR_SESSION_EXISTS', `account ${accountId} has a session already`, { accountId });
}
