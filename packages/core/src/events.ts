import { type Channel, channel } from 'node:diagnostics_channel';
import type { DormouseError } from './errors.js';
import type { CheckpointReport } from './manager/durable/checkpoint-job.js';
import type { AnswerFailure } from './session-api.js';
import type { RefusedRequest, SessionFault, TickReport } from './tick-report.js';

/** What is published on each of `node:diagnostics_channel`'s channels of this package. */
export interface DormouseEvents {
  'dormouse:manager:started': { readonly scheduler: string; readonly maxConcurrentSessions: number };
  'dormouse:manager:stopped': { readonly ticks: number };
  'dormouse:tick': TickReport;
  'dormouse:session:created': { readonly accountId: number };
  'dormouse:session:released': { readonly accountId: number };
  'dormouse:session:fault': SessionFault;
  'dormouse:session:quarantined': { readonly accountId: number; readonly faults: number };
  'dormouse:session:revived': { readonly accountId: number };
  /** It has fallen asleep; whether its row is still in memory is not said. */
  'dormouse:session:hibernated': { readonly accountId: number };
  /** It is awake. Not told of one that wakes to be released. */
  'dormouse:session:woken': { readonly accountId: number };
  /** The store does not take records, or has been at one batch for 10 s: sessions stay in memory, asleep, until it does. Told once until it has taken some again. */
  'dormouse:store:failed': { readonly store: string; readonly error: DormouseError };
  /** It takes records again. `pausedMs`: wall-clock time since it has failed, or was given what took it so long. */
  'dormouse:store:recovered': { readonly store: string; readonly pausedMs: number };
  /** All sessions are in the store as they were when it began, or later. */
  'dormouse:checkpoint:done': CheckpointReport;
  /** No thread could be started in the place of one that was lost; it is tried again. Told once until one could. */
  'dormouse:thread:failed': { readonly scheduler: string; readonly error: DormouseError };
  'dormouse:request:refused': RefusedRequest;
  'dormouse:pool:grown': { readonly capacity: number };
  'dormouse:run:overrun': { readonly tick: number; readonly lateMs: number; readonly skipped: number };
  'dormouse:tick:failed': { readonly tick: number; readonly error: DormouseError };
  'dormouse:recording:failed': { readonly file: string; readonly ticks: number; readonly error: DormouseError };
  /** A request of a session came to an end without a value. `error` is the text that the session gets. */
  'dormouse:ask:failed': {
    readonly topic: string;
    readonly accountId: number;
    readonly requestId: number;
    readonly status: AnswerFailure;
    readonly error: string;
  };
}

export type EventName = keyof DormouseEvents;

const NAMES = [
  'dormouse:manager:started',
  'dormouse:manager:stopped',
  'dormouse:tick',
  'dormouse:session:created',
  'dormouse:session:released',
  'dormouse:session:fault',
  'dormouse:session:quarantined',
  'dormouse:session:revived',
  'dormouse:session:hibernated',
  'dormouse:session:woken',
  'dormouse:store:failed',
  'dormouse:store:recovered',
  'dormouse:checkpoint:done',
  'dormouse:thread:failed',
  'dormouse:request:refused',
  'dormouse:pool:grown',
  'dormouse:run:overrun',
  'dormouse:tick:failed',
  'dormouse:recording:failed',
  'dormouse:ask:failed',
] as const satisfies readonly EventName[];

const channels = Object.fromEntries(NAMES.map((name) => [name, channel(name)])) as Record<EventName, Channel>;

/** The names to subscribe to: `diagnosticsChannel.subscribe('dormouse:tick', (report) => …)`. */
export const EVENT_NAMES: readonly EventName[] = NAMES;

/** True while somebody listens: an event is made only then. */
export function isObserved(name: EventName): boolean {
  return channels[name].hasSubscribers;
}

export function publish<N extends EventName>(name: N, message: DormouseEvents[N]): void {
  channels[name].publish(message);
}
