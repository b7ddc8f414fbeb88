import { defineBehavior, type Session, SessionManager, u32 } from '@dormouse/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';

/** What a session does in an update. */
type Step =
  | { kind: 'send'; to: number; opcode: number; length: number }
  | { kind: 'receive'; count: number }
  | { kind: 'spawn'; account: number; mapId: number | undefined }
  | { kind: 'release' }
  | { kind: 'setMap'; value: number }
  | { kind: 'setGroup'; value: number };

interface Mail {
  sender: number;
  opcode: number;
  length: number;
}
interface Modelled {
  mapId: number;
  groupId: number;
  mailbox: Mail[];
}

const ACCOUNTS = 12;
const LIMIT = 8;
const RING_WORDS = 256;
const PAYLOAD = Uint8Array.from({ length: 900 }, (_, i) => i * 3);

/** Whether a record fits into a ring that has held `lengths`, all of them still there, since it was empty. */
function fits(lengths: readonly number[], next: number): boolean {
  let at = 0;
  for (const length of [...lengths, next]) {
    const need = 3 + Math.ceil(length / 4);
    if (at < 64 && at + need > 64) at = 64;
    at += need;
    if (at > RING_WORDS) return false;
  }
  return true;
}

/** Outboxes of one tick, put through plain JavaScript. */
class Model {
  readonly sessions = new Map<number, Modelled>();
  delivered = 0;
  unknown = 0;
  full = 0;
  applied = 0;
  refused: string[] = [];

  tick(script: (account: number) => readonly Step[]): Map<number, string[]> {
    const seen = new Map<number, string[]>();
    const outboxes = new Map<number, Step[]>();
    for (const [account, { mailbox }] of this.sessions) {
      const log: string[] = [];
      const outbox: Step[] = [];
      seen.set(account, log);
      outboxes.set(account, outbox);
      for (const step of script(account)) {
        if (step.kind !== 'receive') {
          const lengths = outbox.map(lengthOf);
          const accepted = fits(lengths, lengthOf(step));
          if (accepted) outbox.push(step);
          log.push(String(accepted));
        } else for (let i = 0; i < step.count; i++) log.push(shownMail(mailbox.shift()));
      }
    }
    for (const account of [...outboxes.keys()].sort((a, b) => a - b)) this.#empty(account, outboxes.get(account) as Step[]);
    return seen;
  }

  #empty(account: number, outbox: Step[]): void {
    const self = this.sessions.get(account) as Modelled;
    let isGoing = false;
    for (const step of outbox) {
      if (step.kind === 'send') {
        const receiver = isGoing && step.to === account ? undefined : this.sessions.get(step.to);
        if (receiver === undefined) this.unknown++;
        else if (
          !fits(
            receiver.mailbox.map(({ length }) => length),
            step.length,
          )
        )
          this.full++;
        else {
          receiver.mailbox.push({ sender: account, opcode: step.opcode, length: step.length });
          this.delivered++;
        }
      } else if (step.kind === 'spawn') {
        if (this.sessions.size >= LIMIT) this.refused.push(`${account} spawn ${step.account} ERR_SESSION_LIMIT`);
        else if (this.sessions.has(step.account)) this.refused.push(`${account} spawn ${step.account} ERR_SESSION_EXISTS`);
        else {
          this.sessions.set(step.account, { mapId: step.mapId ?? self.mapId, groupId: self.groupId, mailbox: [] });
          this.applied++;
        }
      } else if (!isGoing && step.kind !== 'receive') {
        this.applied++;
        if (step.kind === 'release') isGoing = true;
        else if (step.kind === 'setMap') self.mapId = step.value;
        else self.groupId = step.value;
      }
    }
    if (isGoing) this.sessions.delete(account);
  }
}

/** Payload bytes of a step's record. */
function lengthOf(step: Step): number {
  if (step.kind === 'send') return step.length;
  return step.kind === 'spawn' ? 8 : 0;
}

function shownMail(mail: Mail | undefined): string {
  return mail === undefined ? 'nothing' : `${mail.sender} ${mail.opcode} ${mail.length}`;
}

const account = fc.integer({ min: 1, max: ACCOUNTS });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      to: account,
      opcode: fc.nat(0xffff),
      length: fc.oneof({ weight: 5, arbitrary: fc.nat(30) }, { weight: 1, arbitrary: fc.nat(756) }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('receive' as const), count: fc.constant(200) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('spawn' as const), account, mapId: fc.option(fc.nat(3), { nil: undefined }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('setMap' as const, 'setGroup' as const), value: fc.nat(3) }) },
);
/** Steps of all accounts in one tick. */
const tick = fc.array(fc.array(step, { maxLength: 12 }), { minLength: ACCOUNTS, maxLength: ACCOUNTS });

function run(session: Session<never>, steps: readonly Step[], log: string[]): void {
  for (const next of steps) {
    if (next.kind === 'send') log.push(String(session.sendTo(next.to, next.opcode, PAYLOAD.subarray(0, next.length))));
    else if (next.kind === 'spawn') {
      log.push(String(session.spawn(next.account, undefined, next.mapId === undefined ? {} : { mapId: next.mapId })));
    } else if (next.kind === 'release') log.push(String(session.releaseSelf()));
    else if (next.kind === 'setMap') log.push(String(session.setMap(next.value)));
    else if (next.kind === 'setGroup') log.push(String(session.setGroup(next.value)));
    else {
      for (let i = 0; i < next.count; i++) {
        const message = session.receiveMessage();
        log.push(message === null ? 'nothing' : `${message.sender} ${message.opcode} ${message.length}`);
        if (message === null) continue;
        const bytes = message.toBytes();
        if (!bytes.every((byte, k) => byte === PAYLOAD[k])) log.push('damaged');
      }
    }
  }
}

describe('messages and requests against a model in plain JavaScript', () => {
  it('whatever sessions send, spawn, release and change, each sees the same, and so do report and host', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(account, { minLength: 1, maxLength: 8 }),
        fc.array(tick, { minLength: 1, maxLength: 6 }),
        async (first, ticks) => {
          let steps: readonly (readonly Step[])[] = [];
          let seen = new Map<number, string[]>();
          const behavior = defineBehavior(import.meta.url, {
            name: 'scripted',
            state: { unused: u32() },
            update(session) {
              const log: string[] = [];
              seen.set(session.accountId, log);
              run(session as never, steps[session.accountId - 1], log);
            },
          });
          const sizes = { maxConcurrentSessions: LIMIT, sessionCeiling: 128, mailboxBytes: 1024, outboxBytes: 1024, ringBytes: 1024 };
          const manager = await SessionManager.start({ behavior, scheduler: serialScheduler(), logger: false, ...sizes });
          const model = new Model();
          for (const one of new Set(first)) {
            manager.createSession(one, { mapId: one, groupId: one & 1 });
            model.sessions.set(one, { mapId: one, groupId: one & 1, mailbox: [] });
          }
          for (steps of ticks) {
            Object.assign(model, { delivered: 0, unknown: 0, full: 0, applied: 0, refused: [] });
            const expected = model.tick((one) => steps[one - 1]);
            seen = new Map();
            const report = await manager.updateAllSessions(100);
            expect(report.faults).toEqual([]);
            expect(new Map([...seen].sort(([a], [b]) => a - b))).toEqual(new Map([...expected].sort(([a], [b]) => a - b)));
            const { messagesDelivered, messagesUnknown, messagesFull, requestsApplied, refused } = report;
            expect([messagesDelivered, messagesUnknown, messagesFull, requestsApplied]).toEqual([
              model.delivered,
              model.unknown,
              model.full,
              model.applied,
            ]);
            expect(
              refused.map(({ request, requestedBy, accountId, error }) => `${requestedBy} ${request} ${accountId} ${error.code}`),
            ).toEqual(model.refused);
            const there = [...manager.sessions()].map(({ accountId, mapId, groupId }) => [accountId, mapId, groupId]);
            expect(there.sort(([a], [b]) => a - b)).toEqual(
              [...model.sessions].map(([one, { mapId, groupId }]) => [one, mapId, groupId]).sort(([a], [b]) => a - b),
            );
          }
          await manager.shutdown();
        },
      ),
      { numRuns: 60 },
    );
  });
});
