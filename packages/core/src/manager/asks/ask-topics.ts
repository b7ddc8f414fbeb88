import { isTopic, type TopicKey, topicKey, topicName } from '../../memory/topic-key.js';
import type { AnswerFailure } from '../../session-api.js';
import type { AskLane } from './ask-lane.js';

/** What became of requests since start, and where the others are. `asked = answered + dropped + waiting + running + settled`, always. */
export interface AskCounts {
  /** Requests taken from sessions. */
  readonly asked: number;
  /** Answers put into mailboxes, of whatever kind. */
  readonly answered: number;
  /** Requests whose session was released first. */
  readonly dropped: number;
  /** For a place among those that run. */
  readonly waiting: number;
  /** Given to a handler, which has not returned. */
  readonly running: number;
  /** Answered, but not in a mailbox yet: until the next tick begins, or for as long as the mailbox is full. */
  readonly settled: number;
  /** Requests that came to an end without a value, by the status of their answers. */
  readonly failed: Readonly<Record<AnswerFailure, number>>;
  /** What handlers returned, or threw, when their request had timed out or its session had gone. */
  readonly late: number;
}

/** All requests of a manager, and those of each topic. */
export interface AskMetrics extends AskCounts {
  /** Up to 1024 topics that were asked or handled; those beyond are counted in the sums only. */
  readonly topics: ReadonlyMap<string, AskCounts>;
}

/** Counts, to be counted up. */
export class AskTally implements AskCounts {
  asked = 0;
  answered = 0;
  dropped = 0;
  waiting = 0;
  running = 0;
  settled = 0;
  readonly failed: Record<AnswerFailure, number> = { error: 0, timeout: 0, full: 0, unhandled: 0, 'too-large': 0 };
  late = 0;

  add(other: AskCounts): this {
    for (const count of COUNTS) this[count] += other[count];
    for (const status of STATUSES) this.failed[status] += other.failed[status];
    return this;
  }
}

const COUNTS = ['asked', 'answered', 'dropped', 'waiting', 'running', 'settled', 'late'] as const;
const STATUSES = ['error', 'timeout', 'full', 'unhandled', 'too-large'] as const;

/** One topic on the host. */
export interface AskTopic {
  readonly key: TopicKey;
  readonly tally: AskTally;
  /** Its handler, if it has one. */
  lane: AskLane | undefined;
  /** That it has none has been logged. */
  isWarned: boolean;
}

/** Topics whose names come from sessions: a behaviour that asks for ever new ones must not fill the memory. */
const MOST_TOPICS = 1024;

/** Topics by name, and as they stand in records. */
export class AskTopics {
  readonly #byName = new Map<string, AskTopic>();
  /** The first of each hash: a record names its topic in full. */
  readonly #byHash = new Map<number, AskTopic>();
  /** Of topics beyond the number. */
  readonly #others = new AskTally();
  #isFullWarned = false;

  /** The topic in a record. */
  inRecord(words: Int32Array, at: number, hash: number): AskTopic {
    const first = this.#byHash.get(hash);
    if (first !== undefined && isTopic(words, at, first.key)) return first;
    return this.named(topicName(words, at));
  }

  named(name: string): AskTopic {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (this.#byName.size < MOST_TOPICS) return this.keep(topicKey(name));
    const topic = { key: topicKey(name), tally: this.#others, lane: undefined, isWarned: this.#isFullWarned };
    this.#isFullWarned = true;
    return topic;
  }

  /** A topic that has a handler is kept whatever their number. */
  keep(key: TopicKey): AskTopic {
    let topic = this.#byName.get(key.name);
    if (topic === undefined) {
      topic = { key, tally: new AskTally(), lane: undefined, isWarned: false };
      this.#byName.set(key.name, topic);
      if (!this.#byHash.has(key.hash)) this.#byHash.set(key.hash, topic);
    }
    return topic;
  }

  /** The topic's handler has ended: one that was kept beyond the number for its sake is counted with the others from now on. */
  ended(topic: AskTopic): void {
    const { key, tally } = topic;
    if (this.#byName.size <= MOST_TOPICS || tally.waiting + tally.running + tally.settled > 0) return;
    this.#others.add(tally);
    this.#byName.delete(key.name);
    if (this.#byHash.get(key.hash) === topic) this.#byHash.delete(key.hash);
  }

  metrics(): AskMetrics {
    const sum = new AskTally().add(this.#others);
    const topics = new Map<string, AskCounts>();
    for (const [name, { tally }] of this.#byName) {
      topics.set(name, new AskTally().add(tally));
      sum.add(tally);
    }
    return Object.assign(sum, { topics });
  }
}
