import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { Seat } from '../../src/manager/seat.js';
import type { RowFault } from '../../src/participant.js';

function takenSeat(): { seat: Seat; thread: MessagePort; faults: RowFault[] } {
  const { port1, port2 } = new MessageChannel();
  const faults: RowFault[] = [];
  return { seat: new Seat(1, new Int32Array(16), port1, port2, faults, () => {}), thread: port2, faults };
}

const fault = { kind: 'fault', blockIndex: 3, begin: 5, end: 6, error: { name: 'Error', message: 'before the end', stack: '' } };

it('a seat whose thread has just gone has heard all that it posted, and can be asked for more', async () => {
  const { seat, thread, faults } = takenSeat();
  thread.postMessage(fault);
  thread.close();
  // Its continuation runs within the port's event: asked there, Node.js would crash.
  await seat.gone;
  seat.takeNews();
  expect(faults.map(({ blockIndex, begin }) => [blockIndex, begin])).toEqual([[3, 5]]);
});

it('a seat takes what the event loop has not brought yet', () => {
  const { seat, thread, faults } = takenSeat();
  thread.postMessage(fault);
  seat.takeNews();
  expect(faults).toHaveLength(1);
  thread.close();
});
