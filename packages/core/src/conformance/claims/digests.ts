import assert from 'node:assert/strict';
import type { AnyBehavior } from '../../behavior.js';
import type { SessionManager } from '../../manager/session-manager.js';
import { repeatOf } from '../behaviors/workloads.js';
import { gossiping, idle, moving, packeting, sociable, wandering } from '../behaviors.js';
import type { Claim } from '../claim.js';
import { referenceScheduler } from '../reference.js';
import { accounts, turn, withManager } from '../stand.js';

/** A run that is compared with that of the reference, tick by tick. */
export interface Scenario {
  readonly name: string;
  readonly behavior: AnyBehavior;
  readonly ticks: number;
  /** Faults are part of it. */
  begin(manager: SessionManager): void;
  /** Before tick t = 0, 1, … */
  drive?(manager: SessionManager, t: number): void;
}

const SESSIONS = 1000;

function workload(name: string, behavior: AnyBehavior, repeat: (rank: number) => number, drive?: Scenario['drive']): Scenario {
  const begin = (manager: SessionManager): void => {
    manager.createSessionBatch(accounts(SESSIONS), (accountId, rank) => ({
      mapId: accountId % 8,
      groupId: Math.floor(accountId / 5),
      init: repeat(rank),
    }));
  };
  return { name, behavior, ticks: 50, begin, ...(drive && { drive }) };
}

const words = new Uint32Array(8);

/** The packets of W2: 32 bytes to every session before every tick. */
function feed(manager: SessionManager, t: number): void {
  for (const handle of manager.sessions()) {
    for (let j = 0; j < 8; j++) {
      words[j] = Math.imul(handle.accountId, 0x9e37_79b1) + Math.imul(t, 0x85eb_ca6b) + Math.imul(j, 0x27d4_eb2f);
    }
    handle.push(0x00b5, new Uint8Array(words.buffer, 0, 32));
  }
}

/** The benchmark's workloads, and those that talk. */
export const SCENARIOS: readonly Scenario[] = [
  workload('W0, idle', idle, () => 1),
  workload('W1, one step', moving, () => 1),
  workload('W2, packets both ways', packeting, () => 1, feed),
  workload('W3, a few heavy sessions side by side', moving, (rank) => repeatOf(rank, SESSIONS)),
  {
    name: 'sessions that come and go, hear and speak',
    behavior: wandering,
    ticks: 20,
    begin: (manager) => void manager.createSessionBatch(accounts(500)),
    drive(manager, t) {
      for (const handle of manager.sessions()) if (handle.accountId % 3 === t % 3) handle.push(t, Uint8Array.of(t, 0, 0, 0));
      if (t % 5 === 4) manager.releaseSessionBatch(accounts(500).filter((accountId) => accountId % 20 === t));
    },
  },
  {
    name: 'four messages a tick from every session',
    behavior: gossiping,
    ticks: 20,
    begin: (manager) => void manager.createSessionBatch(accounts(500), { init: 10_499 }),
  },
  {
    name: 'messages, requests, timers, data, births and departures',
    behavior: sociable,
    ticks: 40,
    begin(manager) {
      const count = 300;
      manager.createSessionBatch(accounts(count), (accountId) => ({ mapId: accountId % 5, init: { first: 10_000, count: 100 } }));
      manager.handle('double', (value) => (value as { whim: number }).whim * 2);
    },
    drive(manager, t) {
      for (const handle of manager.sessions()) if (handle.accountId % 7 === t % 7) handle.push(t, Uint8Array.of(t));
      if (t % 10 === 9) manager.broadcast({ mapId: t % 5 }, t);
    },
  },
];

/** What a scenario came to after each tick, and all packets that it sent. */
export interface Outcome {
  readonly digests: string[];
  readonly packets: string[];
}

/** Runs one tick after the other; `outcome` grows with them. */
export async function play(scenario: Scenario, manager: SessionManager, tick: () => Promise<unknown>, outcome: Outcome): Promise<void> {
  scenario.begin(manager);
  for (let t = 0; t < scenario.ticks; t++) {
    scenario.drive?.(manager, t);
    await tick();
    // Handlers answer between ticks.
    await turn();
    outcome.digests.push(manager.stateDigest());
  }
}

/** Same states, same packets, whoever runs what. */
export const digestClaims = (): readonly Claim[] =>
  SCENARIOS.map((scenario) => ({
    name: `comes to the same states and packets, to the bit, as the reference in every tick: ${scenario.name}`,
    async hold(bench) {
      const run = async (scheduler = bench.create()): Promise<Outcome> => {
        const outcome: Outcome = { digests: [], packets: [] };
        const onPacket = (accountId: number, packet: { opcode: number; toBytes(): Uint8Array }): void => {
          outcome.packets.push(`${accountId} ${packet.opcode} ${packet.toBytes()}`);
        };
        const options = { behavior: scenario.behavior, scheduler, seed: 7, onPacket };
        await withManager(bench, options, ({ manager, tick }) => play(scenario, manager, tick, outcome));
        return outcome;
      };
      const expected = await run(referenceScheduler());
      const actual = await run();
      for (const [t, digest] of expected.digests.entries()) assert.equal(actual.digests[t], digest, `digest after tick ${t + 1}`);
      assert.equal(actual.packets.length, expected.packets.length, 'packets sent');
      for (const [at, packet] of expected.packets.entries()) assert.equal(actual.packets[at], packet, `packet ${at}`);
      assert.equal(new Set(expected.digests).size, scenario.ticks, 'a digest for every tick');
    },
  }));
