import type { AnyBehavior } from '../behavior.js';
import { checkHandOver, checkLogger, type SessionManagerOptions } from '../config.js';
import { referenceScheduler } from '../conformance/reference.js';
import { DormouseError, messageOf, requireInteger, requireKeys, shown } from '../errors.js';
import { LOG_CHANNEL, type Logger } from '../logger.js';
import type { AskDesk } from '../manager/asks/ask-desk.js';
import type { AskHandler } from '../manager/asks/ask-lane.js';
import { askDeskOf, SessionManager } from '../manager/session-manager.js';
import type { HandOver } from '../memory/hand-over.js';
import type { Packet } from '../memory/packet-view.js';
import type { LogLevel } from '../session-api.js';
import type { TickReport } from '../tick-report.js';
import { FakeHost, type PendingAsk } from './fake-host.js';
import { ManualClock } from './manual-clock.js';
import { shuffledOrder } from './shuffled-order.js';

// Taken now: a test may put a clock of its own in its place later.
const endOfTurn = globalThis.setImmediate;

/** Options that a test's manager has beside a manager's own; it brings the scheduler and the clock. */
export interface TestOptions {
  /** A tick with faults does not reject: look into its report. Default false. */
  readonly allowFaults?: boolean;
  /**
   * u32: sessions are updated one by one in an order drawn anew for each tick, the same for the same seed. What differs from a run
   * without depends on the order, and will differ on threads.
   */
  readonly shuffleSeed?: number;
}

/** What a test's manager is started with. */
export type TestManagerOptions<B extends AnyBehavior> = DistributiveOmit<SessionManagerOptions<B>, 'scheduler' | 'clock'> & TestOptions;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A packet that a session has sent. */
export interface SentPacket {
  readonly accountId: number;
  /** Number of the tick it was handed out in. */
  readonly tick: number;
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** A message to the manager's logger. */
export interface LoggedMessage {
  readonly level: LogLevel;
  /** Without the name of the channel. */
  readonly message: string;
}

export interface UntilOptions {
  /** Of each tick. Default 100. */
  readonly diffMs?: number;
  /** 1 or more, default 1000. */
  readonly maxTicks?: number;
  /** What is waited for, for the error. Default: the condition's source text. */
  readonly what?: string;
}

/**
 * Starts a manager for a test: on the calling thread, silent, with a clock that stands still. Throws as `SessionManager.start`.
 *
 * ```js
 * const test = await startTestManager({ behavior: miner });
 * test.manager.createSession(7);
 * await test.tick();
 * await test.shutdown();
 * ```
 */
export async function startTestManager<const B extends AnyBehavior>(options: TestManagerOptions<B>): Promise<TestManager<B>> {
  const { allowFaults = false, shuffleSeed, ...managerOptions } = options ?? {};
  if (typeof allowFaults !== 'boolean') throw invalid(`allowFaults must be true or false: got ${shown(allowFaults)}`);
  for (const brought of ['scheduler', 'clock']) {
    if (brought in managerOptions) throw invalid(`${brought} is what a test's manager brings itself: leave it out`);
  }
  const order = shuffleSeed === undefined ? undefined : shuffledOrder(requireInteger('shuffleSeed', shuffleSeed, 0, 0xffff_ffff));
  const clock = new ManualClock();
  const transcript = new Transcript(managerOptions as SessionManagerOptions<B>);
  const manager = await SessionManager.start<B>({
    ...(order === undefined ? {} : { updateBatchSize: 1 }),
    ...managerOptions,
    logger: transcript.logger,
    onPacket: (accountId: number, packet: Packet) => transcript.sent(accountId, packet),
    onPackets: undefined,
    scheduler: referenceScheduler(order),
    clock,
  } as unknown as SessionManagerOptions<B>);
  transcript.manager = manager as unknown as SessionManager;
  return new TestManager(manager, clock, transcript, allowFaults);
}

/** What a manager under test has said. */
class Transcript {
  readonly packets: SentPacket[] = [];
  readonly logs: LoggedMessage[] = [];
  readonly logger: Logger;
  manager: SessionManager | undefined;
  readonly #handOver: HandOver | undefined;

  constructor(options: Pick<SessionManagerOptions<AnyBehavior>, 'logger' | 'onPacket' | 'onPackets'>) {
    // The manager checks what it is given, which is not these.
    const logger = checkLogger(options.logger);
    this.#handOver = checkHandOver(options.onPacket, options.onPackets);
    const to = (level: LogLevel) => (message: string) => {
      this.logs.push({ level, message: message.replace(`${LOG_CHANNEL}: `, '') });
      if (logger !== undefined && logger !== false) logger[level](message);
    };
    this.logger = { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') };
  }

  sent(accountId: number, packet: Packet): unknown {
    const { opcode } = packet;
    this.packets.push({ accountId, tick: this.manager?.tick.number ?? 0, opcode, payload: packet.toBytes() });
    return this.#handOver?.one(accountId, packet);
  }
}

/** A manager under test. For any test framework: it knows of none. */
export class TestManager<B extends AnyBehavior = AnyBehavior> implements AsyncDisposable {
  readonly manager: SessionManager<B>;
  /** What the time limits of the manager's handlers are measured by; moves by `advance` alone. */
  readonly clock: ManualClock;
  readonly #transcript: Transcript;
  readonly #host: FakeHost | undefined;
  readonly #allowFaults: boolean;

  /** Made by {@link startTestManager}. */
  constructor(manager: SessionManager<B>, clock: ManualClock, transcript: Transcript, allowFaults: boolean) {
    this.manager = manager;
    this.clock = clock;
    this.#transcript = transcript;
    this.#allowFaults = allowFaults;
    const desk = askDeskOf(manager as unknown as SessionManager) as AskDesk | undefined;
    this.#host = desk === undefined ? undefined : new FakeHost(desk);
  }

  /**
   * Ticks `times` times with `diffMs` of simulated time each; resolves with the last report. Before each tick, and after the last, all
   * promises that can settle do: handlers are called, and what they answer at once is there in the next tick. Rejects with
   * `ERR_TEST_FAULT`, the error as its cause, in the tick that a session fails in (see `allowFaults`), and with what a tick rejects with.
   */
  async tick(diffMs = 100, times = 1): Promise<TickReport> {
    requireInteger('times', times, 1, Number.MAX_SAFE_INTEGER);
    let report: TickReport;
    let left = times;
    do {
      await turn();
      report = await this.manager.updateAllSessions(diffMs);
      if (report.faults.length > 0 && !this.#allowFaults) throw faultOf(report);
      left--;
    } while (left > 0);
    await turn();
    return report;
  }

  /**
   * Ticks until `condition` is true after a tick; resolves with that tick's report. The condition may be async. Rejects with
   * `ERR_TEST_TICKS` when `maxTicks` have not brought it about, and as {@link tick} does.
   */
  async tickUntil(
    condition: (report: TickReport, test: this) => boolean | Promise<boolean>,
    options: UntilOptions = {},
  ): Promise<TickReport> {
    if (typeof condition !== 'function') throw invalid(`condition must be a function: got ${shown(condition)}`);
    requireKeys('option of tickUntil', options, ['diffMs', 'maxTicks', 'what']);
    const { diffMs = 100, maxTicks = 1000, what = sourceOf(condition) } = options;
    requireInteger('maxTicks', maxTicks, 1, Number.MAX_SAFE_INTEGER);
    for (let ticks = 0; ticks < maxTicks; ticks++) {
      const report = await this.tick(diffMs);
      if (await condition(report, this)) return report;
    }
    throw new DormouseError(
      'ERR_TEST_TICKS',
      `maxTicks = ${maxTicks} ticks of ${diffMs} ms have not brought about what was waited for: ${what}`,
    );
  }

  /** What sessions have sent so far, in order; that of one account, or all. */
  sent(accountId?: number): readonly SentPacket[] {
    return this.#transcript.packets.filter((packet) => accountId === undefined || packet.accountId === accountId);
  }

  /** What was logged so far, by the manager and by sessions, at all levels or one. */
  logs(level?: LogLevel): readonly LoggedMessage[] {
    return this.#transcript.logs.filter((log) => level === undefined || log.level === level);
  }

  /**
   * What sessions ask and nobody handles, in order, each until it is answered or its session released; on one topic, or all. There when
   * the tick that it was asked in has ended. Topics that have a handler, by `manager.handle` or {@link autoAnswer}, are not among them.
   */
  asks<T = unknown>(topic?: string): readonly PendingAsk<T>[] {
    return (this.#host?.pending(topic) ?? []) as PendingAsk<T>[];
  }

  /**
   * Answers what sessions ask on a topic from now on, and what waits already, by what `answer` returns or throws; may be async. Returns a
   * function that ends it. Throws `ERR_HANDLER_EXISTS` while the topic has a handler.
   */
  autoAnswer(topic: string, answer: AskHandler): () => void {
    const end = this.manager.handle(topic, answer, { concurrency: 65_536, timeoutMs: 0x7fff_ffff });
    for (const ask of this.asks(topic)) void settle(ask, answer);
    return end;
  }

  /** Ends the manager, see `SessionManager.shutdown`. */
  shutdown(): Promise<void> {
    return this.manager.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}

/** Lets everything that can go on without time passing do so. */
function turn(): Promise<void> {
  return new Promise((resolve) => endOfTurn(resolve));
}

async function settle(ask: PendingAsk, answer: AskHandler): Promise<void> {
  const { accountId, requestId, topic, tick, value } = ask;
  try {
    const given = await answer(value, { accountId, requestId, topic, tick, signal: new AbortController().signal });
    if (ask.isPending) ask.answer(given);
  } catch (error) {
    if (ask.isPending) ask.fail(error);
  }
}

function faultOf({ tick, faults }: TickReport): DormouseError {
  const [{ accountId, error }] = faults;
  const others = faults.length === 1 ? '' : ` (and ${faults.length - 1} more)`;
  const message = `tick ${tick}: the update of account ${accountId} failed: ${messageOf(error)}${others}`;
  return new DormouseError('ERR_TEST_FAULT', message, { cause: error, accountId });
}

function sourceOf(condition: (...given: never[]) => unknown): string {
  const source = String(condition).replace(/\s+/g, ' ');
  return source.length > 120 ? `${source.slice(0, 120)}…` : source;
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_INVALID_ARGUMENT', message);
}
