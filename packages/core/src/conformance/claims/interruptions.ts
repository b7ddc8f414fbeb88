import assert from 'node:assert/strict';
import { threadId } from 'node:worker_threads';
import { DormouseError, messageOf } from '../../errors.js';
import { Witness } from '../../memory/witness.js';
import type { SchedulerSupport } from '../../scheduler.js';
import type { TickReport } from '../../tick-report.js';
import { Act } from '../behaviors/perilous.js';
import { watched, watchedBatch } from '../behaviors.js';
import type { Bench, Claim } from '../claim.js';
import { referenceScheduler } from '../reference.js';
import { accounts, type Stand, until, withManager } from '../stand.js';
import { type Threads, withThreads } from '../threads.js';

/** How a thread comes to its end inside an update, and what the fault must name. */
const ENDS = [
  { act: Act.exit, what: 'exits', options: {}, reason: /exit code 7/ },
  { act: Act.hold, what: 'is terminated', options: {}, reason: /exit code 1/ },
  // Long enough for a thread that only waits for a processor, on a machine that has other work.
  { act: Act.spin, what: 'does not return', options: { updateTimeoutMs: 800 }, reason: /updateTimeoutMs/ },
  // A limit for the whole process: every scheduler's threads have it, and nothing else is near it.
  {
    act: Act.memory,
    what: 'runs out of memory',
    options: { updateTimeoutMs: 0 },
    reason: /memory/,
    inChild: { process: ['--max-old-space-size=48'], isLong: true },
  },
] as const;

/** Which session of its batch it is in, when a batch has 64 rows, all of one segment, or 192, of three. */
const FORMS = [
  { behavior: watched, batchRows: 64, sessions: 64 * 12, positions: [0, 31, 63] },
  { behavior: watchedBatch, batchRows: 192, sessions: 192 * 4, positions: [0, 64 + 31, 191] },
] as const;

type Form = (typeof FORMS)[number];
type End = (typeof ENDS)[number];

/** A thread that comes to its end inside a tick costs that tick one session (of an `updateBatch`, one segment's), and nothing else. */
export const interruptionClaims = ({ workers }: SchedulerSupport): readonly Claim[] =>
  workers ? ENDS.flatMap((end) => FORMS.map((form) => interruption(end, form))) : [];

function interruption(end: End, form: Form): Claim {
  const { behavior, sessions, batchRows, positions } = form;
  return {
    name: `when a thread ${end.what} in ${behavior === watched ? 'an update' : 'an updateBatch'}, that is reported with the reason, and all others are updated once`,
    ...('inChild' in end && end.inChild),
    async hold(bench) {
      const witness = Witness.create(sessions, batchRows, threadId);
      const calm = Witness.create(sessions, batchRows, threadId);
      const options = { behavior, updateBatchSize: batchRows, enableAdaptiveBatchSize: false, onPacket: () => {}, ...end.options };
      const begin = ({ manager }: Stand<typeof watched>) =>
        manager.createSessionBatch(accounts(sessions), (_, place) => ({ init: place })).map(({ accountId }) => accountId);
      await withThreads(async (threads) => {
        await withManager(bench, { ...options, shared: { witness: witness.words } }, async (stand) => {
          const quiet = { ...options, shared: { witness: calm.words }, scheduler: referenceScheduler() };
          await withManager(bench, quiet, async (reference) => {
            begin(stand);
            begin(reference);
            const trial = new Trial(bench, form, end, witness, threads, stand, reference);
            for (const position of positions) await trial.interruptAt(position);
            await trial.untilExplained(positions[0]);
            trial.assertOthersUntouched();
          });
        });
      });
    },
  };
}

class Trial {
  readonly #bench: Bench;
  readonly #form: Form;
  readonly #end: End;
  readonly #witness: Witness;
  readonly #threads: Threads;
  readonly #stand: Stand<typeof watched>;
  readonly #reference: Stand<typeof watched>;
  readonly #victims = new Set<number>();
  #ticks = 0;
  #isExplained = false;

  constructor(
    bench: Bench,
    form: Form,
    end: End,
    witness: Witness,
    threads: Threads,
    stand: Stand<typeof watched>,
    reference: Stand<typeof watched>,
  ) {
    this.#bench = bench;
    this.#form = form;
    this.#end = end;
    this.#witness = witness;
    this.#threads = threads;
    this.#stand = stand;
    this.#reference = reference;
  }

  async interruptAt(position: number): Promise<void> {
    const { manager } = this.#stand;
    const report = await this.#tickUntilStruck(position);
    const victims = this.#assertReported(report);
    const before = victims.map((accountId) => this.#updatesOf(accountId));
    this.#assertUpdatedOnce(victims);
    for (let ticks = 0; ticks < 2; ticks++) {
      const { faults, sessions } = await this.#tick();
      assert.deepEqual([faults, sessions], [[], this.#form.sessions - victims.length], 'faults and sessions of a tick behind it');
      this.#assertUpdatedOnce(victims);
    }
    assert.deepEqual(
      victims.map((accountId) => this.#updatesOf(accountId)),
      before,
      'updates of the interrupted before they are revived',
    );
    this.#witness.forget(this.#witness.victim ?? 0);
    for (const accountId of victims) {
      this.#victims.add(accountId);
      assert.equal(manager.reviveSession(accountId), true, `account ${accountId} is in quarantine`);
    }
    const { faults, sessions } = await this.#tick();
    assert.deepEqual([faults, sessions], [[], this.#form.sessions], 'faults and sessions of the tick after the revival');
    for (const [index, accountId] of victims.entries()) {
      assert.equal(this.#updatesOf(accountId), before[index] + 1, `updates of account ${accountId}, revived`);
    }
    await this.#untilReplaced();
  }

  /** A reason that is heard of too late for a tick's report, on a busy machine, need not be in that one. */
  async untilExplained(position: number): Promise<void> {
    await until(this.#bench, `a fault names ${this.#end.reason}, why the thread ended`, async () => {
      if (!this.#isExplained) await this.interruptAt(position);
      return this.#isExplained;
    });
  }

  /** Sessions that were never interrupted have come to what they come to on the reference. */
  assertOthersUntouched(): void {
    const others = [this.#stand, this.#reference].map(({ manager }) => {
      manager.releaseSessionBatch([...this.#victims]);
      return manager.stateDigest();
    });
    assert.equal(others[0], others[1], 'digest of the sessions that were not interrupted');
    assert.equal(this.#witness.clashes, 0, 'updates that began while the same session was being updated');
  }

  /** The same tick on both. */
  async #tick(): Promise<TickReport> {
    const report = await this.#stand.tick();
    await this.#reference.tick();
    this.#ticks++;
    return report;
  }

  async #tickUntilStruck(position: number): Promise<TickReport> {
    const witness = this.#witness;
    witness.arm(this.#end.act, position);
    if (this.#end.act === Act.hold) {
      void witness.whenStruck().then(() => this.#threads.terminate(witness.thread));
    }
    let report: TickReport | undefined;
    await until(this.#bench, `a worker runs session ${position} of a batch`, async () => {
      report = await this.#tick();
      if (witness.victim !== undefined) return true;
      assert.deepEqual(report.faults, []);
      return false;
    });
    return report as TickReport;
  }

  /** Returns the accounts that were interrupted: those that the victim shared its call with. */
  #assertReported({ faults, tick, sessions, packetsOut }: TickReport): number[] {
    const { behavior } = this.#form;
    const place = this.#witness.victim ?? 0;
    const all = accounts(this.#form.sessions);
    const expected = behavior === watched ? [all[place]] : all.slice(place & ~63, (place & ~63) + 64);
    assert.equal(inShort(faults.map(({ accountId }) => accountId)), inShort(expected), 'accounts reported as interrupted');
    assert.equal(sessions, this.#form.sessions);
    for (const { accountId, error, quarantined, tick: number, discarded } of faults) {
      assert.ok(DormouseError.isInstance(error, 'ERR_SESSION_INTERRUPTED'), `${error} for account ${accountId}`);
      assert.deepEqual([error.accountId, quarantined, number], [accountId, true, tick], 'account, quarantine and tick');
      assert.ok(error.message.includes(`account ${accountId} in tick ${tick}`), error.message);
      this.#assertExplained(error);
      assert.ok(discarded !== undefined, `what account ${accountId} had sent is counted`);
    }
    // Every session sends one packet before anything happens to it.
    const sent = behavior === watched ? 1 : (place & 63) + 1;
    const packets = faults.reduce((sum, { discarded }) => sum + (discarded?.packets ?? 0), 0);
    assert.equal(packets, sent, 'packets discarded');
    assert.equal(packetsOut, this.#form.sessions - faults.length, 'packets of the sessions that were not interrupted');
    return expected;
  }

  #assertExplained({ message, cause }: DormouseError): void {
    const { reason, act } = this.#end;
    if (/why is not known/.test(message)) return;
    assert.match(message, reason);
    // Who does not return is ended by the scheduler: what its thread failed with is no news.
    if (act !== Act.spin) assert.match(messageOf(cause), reason);
    this.#isExplained = true;
  }

  #assertUpdatedOnce(victims: readonly number[]): void {
    const interrupted = new Set([...victims, ...this.#victims]);
    for (const { accountId, state } of this.#stand.manager.sessions()) {
      if (!interrupted.has(accountId))
        assert.equal(state.updates, this.#ticks, `updates of account ${accountId}, which was not interrupted`);
    }
  }

  #updatesOf(accountId: number): number {
    return this.#stand.manager.getSession(accountId)?.state.updates ?? Number.NaN;
  }

  /** The thread that was lost has a successor. */
  async #untilReplaced(): Promise<void> {
    const { scheduler } = this.#stand;
    const { participants } = scheduler.stats();
    const wanted = this.#participants;
    if (participants.length === wanted) return;
    await until(this.#bench, `there are ${wanted} participants again`, async () => {
      const { faults } = await this.#tick();
      assert.deepEqual(faults, []);
      return scheduler.stats().participants.length === wanted;
    });
  }

  get #participants(): number {
    return this.#stand.manager.config.workerThreads + (this.#stand.scheduler.supports.callerParticipates ? 1 : 0);
  }
}

function inShort(accountIds: readonly number[]): string {
  const isRow = accountIds.every((accountId, index) => accountId === accountIds[0] + index);
  return isRow && accountIds.length > 1 ? `${accountIds.length} from ${accountIds[0]} on` : accountIds.join();
}
