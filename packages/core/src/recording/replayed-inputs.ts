import { Column, ROW_MASK, SlotState } from '../layout/geometry.js';
import type { Engine } from '../manager/engine.js';
import type { Input } from './record-reader.js';
import type { RecordStream } from './record-stream.js';
import { writeStored } from './stored-fields.js';

/** An input for one session. */
export type AccountInput = Extract<Input, { accountId: number }>;

/** What an input has come to now, and had when it was recorded. */
export interface InputDifference {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

/** Does an input again that is about who sleeps, or that leaves sleepers asleep; false if it is another. */
export function applySleepInput({ hibernation, registry, store }: Engine, input: Input): boolean {
  switch (input.kind) {
    case 'threshold':
      hibernation.thresholdMinutes = input.count;
      return true;
    case 'hibernateInactive':
      hibernation.hibernateInactive();
      return true;
    case 'hibernate':
      hibernation.sleepAsked(store.index.get(input.accountId));
      return true;
    case 'setMap':
      registry.changes.moveAccount(input.accountId, Column.map, input.value);
      return true;
    case 'setGroup':
      registry.changes.moveAccount(input.accountId, Column.group, input.value);
      return true;
    default:
      return false;
  }
}

/** Does an input again that is for a session, which wakes for it if it sleeps. */
export function applyToAwake({ hibernation, store }: Engine, input: AccountInput, stream: RecordStream): InputDifference | undefined {
  const { woke } = hibernation;
  const slot = hibernation.wakeSlot(input.accountId);
  // It was awake, until others who heard of it had it released, or put to sleep again: then as now.
  if (slot < 0 && hibernation.woke > woke && (input.kind === 'touch' || input.kind === 'wake')) return undefined;
  if (slot < 0) return { what: `the session that ${input.kind} was for`, expected: 'there', actual: 'missing' };
  switch (input.kind) {
    case 'push': {
      const isDelivered = store.push(slot, input.opcode, input.payload, 0, input.payload.length);
      if (isDelivered === input.isDelivered) return undefined;
      const told = (delivered: boolean): string => (delivered ? 'delivered' : 'found the ring full');
      return { what: `a packet ${input.opcode}`, expected: told(input.isDelivered), actual: told(isDelivered) };
    }
    case 'write': {
      const column = store.hostOf(slot).layout.columns[input.field];
      if (column === undefined) throw stream.corrupt(`a behaviour has no field ${input.field}`);
      stream.reading(() => writeStored(store.block(slot), slot & ROW_MASK, column, input.start, input.value));
      return undefined;
    }
    case 'touch':
      store.touch(slot);
      return undefined;
    case 'revive':
      // Asked for twice in one tick, it was done once.
      if (store.table.slotStates[slot] === SlotState.quarantined) store.revive(slot);
      return undefined;
    default:
      return undefined;
  }
}

/** What an act throws; undefined if it throws nothing. */
export function thrownBy(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
