import { OUTBOUND_BYTES } from '../arithmetic/packets.js';
import type { Bot, Correspondent } from './bot.js';
import { BotUpdates } from './bot-updates.js';
import type { Job, ThreadSetup } from './job.js';

/** Sessions that came here as clones, to go back as clones. */
export interface ObjectsTask {
  readonly t: number;
  readonly bots: readonly Bot[];
  /** Records as {@link BotUpdates.deliver} takes them; null: no packets. */
  readonly inbox: Int32Array | null;
}

export interface ObjectsAnswer {
  readonly bots: readonly Bot[];
  /** Records as {@link BotUpdates.emit} makes them; null: nothing was sent. */
  readonly outbox: Int32Array | null;
}

const OUTBOUND_WORDS = 1 + OUTBOUND_BYTES / 4;

/** A thread that keeps nothing: whatever it updates comes with the task. */
export function open({ workload, sessions, diffMs }: ThreadSetup): Job {
  const updates = new BotUpdates(workload, sessions, diffMs);

  return (task) => {
    const { t, bots, inbox } = task as ObjectsTask;
    if (inbox !== null) updates.deliver(bots as readonly Correspondent[], inbox, inbox.length);
    updates.run(bots, t);
    const outbox = workload === 'W2' ? sent(bots as readonly Correspondent[]) : null;
    return { bots, outbox } satisfies ObjectsAnswer;
  };

  function sent(bots: readonly Correspondent[]): Int32Array {
    const outbox = new Int32Array(bots.length * OUTBOUND_WORDS);
    updates.emit(bots, outbox, new Float32Array(outbox.buffer, 0, outbox.length));
    return outbox;
  }
}
