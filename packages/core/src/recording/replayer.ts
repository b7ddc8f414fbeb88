import { messageOf } from '../errors.js';
import type { Codec } from '../layout/codec.js';
import { importRecorded } from '../manager/durable/import-session.js';
import type { Engine } from '../manager/engine.js';
import type { PacketHandler } from '../memory/packet-handler.js';
import type { Shareable } from '../memory/shared-buffers.js';
import { compareTick, type ReplayDifference, type ReplayInterruption } from './difference.js';
import { BELONGS, type Input, type InputRecord, type RecordOf } from './record-reader.js';
import type { RecordStream } from './record-stream.js';
import { type AccountInput, applySleepInput, applyToAwake, thrownBy } from './replayed-inputs.js';
import { requireShared } from './shared-content.js';
import { SilentObserver } from './silent-observer.js';

/** What the record does not hold. */
export interface ReplayerParts {
  readonly codec: Codec;
  readonly shared: Readonly<Record<string, Shareable>>;
  /** True when the batch size is another than the one recorded, and stays. */
  readonly keepsBatchSize: boolean;
}

/** Ends a hand-out where it ended when it was recorded. */
const CUT = new Error('the handler threw here when this was recorded');

/**
 * Does what was recorded, in order and at the same moments: between ticks one record after the other, inside a tick or a request those
 * whose moment has come (decision 0012).
 */
export class Replayer extends SilentObserver {
  /** The first there is; nothing more is done then. */
  difference: ReplayDifference | undefined;
  /** Ticks that were replayed and found equal. */
  ticks = 0;
  /** With which the record ends, if it ends so. */
  interruption: ReplayInterruption | undefined;
  /** What the records' reader or a part of the manager threw where it could not be thrown on. */
  failure: unknown;
  readonly #stream: RecordStream;
  readonly #given: ReplayerParts;
  #engine: Engine | undefined;
  /** Moments since the record before the next one. */
  #passed = 0;
  /** Packets taken in the hand-out in hand. */
  #taken = 0;

  constructor(stream: RecordStream, given: ReplayerParts) {
    super();
    this.#stream = stream;
    this.#given = given;
  }

  /** From here on `engine` is the manager whose inputs are replayed. */
  attach(engine: Engine): void {
    this.#engine = engine;
    engine.inputs.observer = this;
    engine.services.asks.mode = 'replay';
    engine.intake.pressure.isOff = true;
  }

  /** Takes a packet as the host did, and has done what the host did meanwhile. */
  readonly onPacket: PacketHandler = () => {
    this.#taken++;
    this.#applyDue();
    const next = this.#peek();
    if (next?.kind === 'drained' && next.isCut && next.count === this.#taken) throw CUT;
  };

  /** Replays up to the end of the next tick; false when there is none any more, or a difference has been found. */
  async next(): Promise<boolean> {
    for (;;) {
      const next = this.#peek();
      if (next === undefined || this.difference !== undefined) return false;
      if (next.kind === 'tick') return this.#tick(next);
      if (next.kind === 'noSlot') {
        this.#notAskedFor(next);
        return false;
      }
      if (BELONGS.has(next.kind)) throw this.#stream.corrupt(`a record ${next.kind} stands where none can`);
      this.#apply(next as Input);
    }
  }

  // ------------------------------------------------------------------------------------------------ what is heard

  override moment(): void {
    this.#applyDue();
    this.#passed++;
  }

  override hadNoSlot(accountId: number): boolean {
    let hadNone = false;
    this.#quietly(() => {
      const next = this.#peek();
      if (next?.kind !== 'noSlot' || next.accountId !== accountId || next.moments !== this.#passed) return;
      this.#take(next);
      hadNone = true;
    });
    return hadNone;
  }

  override draining(): void {
    this.#taken = 0;
  }

  override drained(count: number, isCut: boolean): void {
    this.#quietly(() => {
      const next = this.#peek();
      if (next?.kind === 'drained' && next.count === count && next.isCut === isCut) this.#take(next);
      else this.#differ(undefined, 'packets taken', next?.kind === 'drained' ? `${next.count}` : 'all', `${count}`);
    });
  }

  /** Answers come first. */
  override ticking(): void {
    this.#taken = 0;
    this.#quietly(() => {
      for (let next = this.#peek(); next?.kind === 'answer'; next = this.#peek()) {
        this.#take(next);
        if (this.#required.services.asks.inject(next)) continue;
        this.#differ(next.accountId, `request ${next.requestId} on topic ${JSON.stringify(next.topic)}`, 'answered', 'not asked');
      }
    });
  }

  override settling(): void {
    this.#quietly(() => {
      // Those with a later moment were made while sessions fell asleep, which comes behind.
      for (let next = this.#peek(); next?.moments === this.#passed && !BELONGS.has(next.kind); next = this.#peek()) {
        if (this.difference !== undefined) return;
        this.#apply(next as Input);
      }
    });
  }

  override ticked(): void {
    this.#quietly(() => {
      const next = this.#peek();
      // Without it the file ends here, in the middle of the tick.
      if (next === undefined || this.difference !== undefined || this.#hasEnded(next)) return;
      if (next.kind === 'noSlot') {
        this.#notAskedFor(next);
        return;
      }
      if (!BELONGS.has(next.kind)) {
        this.#differ(undefined, 'the moment of an input', `${next.moments}`, `${this.#passed}`);
        return;
      }
      if (next.kind !== 'ticked') throw this.#stream.corrupt(`a tick holds a record ${next.kind} that belongs elsewhere`);
      const engine = this.#required;
      const { number } = engine.clock;
      this.difference = compareTick(number, next, engine.digest(), engine.store, this.#stream.header);
      if (this.difference !== undefined) return;
      this.#take(next);
      if (this.difference === undefined) this.ticks++;
    });
  }

  override interrupted(accountIds: readonly number[]): void {
    this.#quietly(() => {
      const next = this.#peek();
      if (next !== undefined && !this.#hasEnded(next)) this.#differ(accountIds[0], 'its update', 'done', 'interrupted');
    });
  }

  /** When this was recorded, updates of this tick were interrupted: the record ends. */
  #hasEnded({ kind, accountIds }: InputRecord & { accountIds?: readonly number[] }): boolean {
    if (kind === 'interrupted') this.interruption ??= { tick: this.#required.clock.number, accountIds: accountIds ?? [] };
    return kind === 'interrupted';
  }

  // -------------------------------------------------------------------------------------------------- what is done

  async #tick(next: RecordOf<'tick'>): Promise<boolean> {
    const { ticks, clock } = this.#required;
    if (next.number !== clock.number + 1) throw this.#stream.corrupt(`tick ${next.number} comes after tick ${clock.number}`);
    this.#take(next);
    const before = this.ticks;
    try {
      await ticks.run(next.diffMs);
    } catch (error) {
      if ((error as Error).cause !== CUT) throw error;
    }
    if (this.failure !== undefined) throw this.failure;
    return this.ticks > before;
  }

  /** Those of the records to come that took effect before this moment was over. */
  #applyDue(): void {
    this.#quietly(() => {
      for (let next = this.#peek(); next?.moments === this.#passed && !BELONGS.has(next.kind); next = this.#peek()) {
        if (this.difference !== undefined) return;
        this.#apply(next as Input);
      }
    });
  }

  #apply(input: Input): void {
    this.#take(input);
    const engine = this.#required;
    const { registry, services } = engine;
    switch (input.kind) {
      case 'create':
        this.#create(input);
        return;
      case 'import':
        this.#admit(input.accountId, 'its import', () => importRecorded(engine, input.blob, input));
        return;
      case 'release':
        registry.changes.releaseRecorded(input.accountId);
        return;
      case 'limit':
        registry.changes.setMaxConcurrentSessions(input.count);
        return;
      case 'drain':
        this.#drain();
        return;
      case 'broadcast':
        services.broadcastRecorded(input.target, input.opcode, input.payload);
        return;
      case 'share':
        engine.shared.shareRecorded(input.name, requireShared(input.name, input.content, this.#given.shared));
        return;
      case 'batchSize':
        if (!this.#given.keepsBatchSize) engine.setUpdateBatchSize(input.count);
        return;
    }
    if (applySleepInput(engine, input)) return;
    const account = input as AccountInput;
    const difference = applyToAwake(engine, account, this.#stream);
    if (difference !== undefined) this.#differ(account.accountId, difference.what, difference.expected, difference.actual);
  }

  #create({ accountId, behavior, mapId, groupId, init }: RecordOf<'create'>): void {
    const engine = this.#required;
    if (behavior >= engine.store.pool.hosts.length) throw this.#stream.corrupt(`there is no behaviour ${behavior}`);
    this.#admit(accountId, 'its creation', () => {
      const value = init === undefined ? undefined : this.#given.codec.decode(init);
      engine.registry.changes.createRecorded(accountId, behavior, mapId, groupId, value);
    });
  }

  /** Has a session come to be there, or fail to, as it was recorded. */
  #admit(accountId: number, what: string, act: () => void): void {
    const failure = thrownBy(act);
    const next = this.#peek();
    const hadFailed = next?.kind === 'failed' && next.accountId === accountId;
    if (hadFailed) this.#take(next);
    if (hadFailed === (failure !== undefined)) return;
    this.#differ(
      accountId,
      what,
      hadFailed ? 'failed' : 'succeeded',
      failure === undefined ? 'succeeded' : `failed: ${messageOf(failure)}`,
    );
  }

  #notAskedFor({ accountId }: RecordOf<'noSlot'>): void {
    this.#differ(accountId, 'a session that another asked for', 'refused for want of a slot', 'not asked for');
  }

  #drain(): void {
    try {
      this.#required.drain.run(this.onPacket);
    } catch (error) {
      if (error !== CUT) throw error;
    }
  }

  get #required(): Engine {
    if (this.#engine === undefined) throw new Error('a replayer was used before it was attached');
    return this.#engine;
  }

  #peek(): InputRecord | undefined {
    return this.failure === undefined ? this.#stream.peek() : undefined;
  }

  #take({ moments }: InputRecord): void {
    const passed = this.#passed;
    this.#passed = 0;
    this.#stream.take();
    if (passed !== moments) this.#differ(undefined, 'the moment of an input', `${moments}`, `${passed}`);
  }

  #differ(accountId: number | undefined, what: string, expected: string, actual: string): void {
    const tick = this.#engine?.clock.number ?? 0;
    const who = accountId === undefined ? '' : `account ${accountId}: `;
    const message = `tick ${tick}: ${who}${what}: recorded ${expected}, now ${actual}`;
    this.difference ??= { tick, accountId, fields: [], expected, actual, message };
  }

  /** Inside a tick nothing may be thrown: what is waits until the tick is over. */
  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failure ??= error;
    }
  }
}
