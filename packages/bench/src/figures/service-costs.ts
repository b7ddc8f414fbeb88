import { setImmediate } from 'node:timers/promises';
import { type AnyBehavior, SessionManager } from '@dormouse/core';
import { inlineScheduler } from '@dormouse/scheduler-inline';
import { FIRST_NEIGHBOUR, MESSAGES_A_TICK } from '../behaviors/neighbours.js';
import { medianOf } from '../harness/series.js';
import { type Figure, figure } from './figure.js';
import { type Contender, interleave, medianNs, type Rounds } from './interleaved.js';

type Exports = Record<string, AnyBehavior>;

/** What is done in an update, and how often. */
const SERVICES: readonly { export: string; what: string; times: number }[] = [
  { export: 'readData', what: 'reading data of 300 bytes', times: 1 },
  { export: 'readJson', what: 'the same as JSON in a text field', times: 1 },
  { export: 'editData', what: 'editing data of 300 bytes', times: 1 },
  { export: 'messages', what: 'a message of 16 bytes, sent and received', times: MESSAGES_A_TICK },
  { export: 'asks', what: 'an ask, its handler and its answer', times: 1 },
  { export: 'period', what: 'every(1000), due in one tick of ten', times: 1 },
  { export: 'timers', what: 'takeDue() with 16 timers pending', times: 1 },
  { export: 'random', what: 'random()', times: 1 },
  { export: 'peers', what: 'reading a field of another session', times: 1 },
];

const TICKS_A_ROUND = 10;
const WARM_UP_ROUNDS = 10;

/** What each service costs, ns each: whole ticks with it, less whole ticks of the same sessions without, over all that it takes part in. */
export async function serviceCosts({ sessions, rounds }: { sessions: number; rounds: number }): Promise<Figure[]> {
  const behaviors = (await import(new URL('./behaviors/services.js', import.meta.url).href)) as Exports;
  const contenders = [await contender('nothing', behaviors, sessions)];
  for (const service of SERVICES) contenders.push(await contender(service.export, behaviors, sessions));
  const results = await interleave(contenders, rounds, WARM_UP_ROUNDS);
  const base = medianNs(results, 'nothing');
  return [
    figure('an update that does nothing else, whole tick', base, 'ns'),
    ...SERVICES.map((service) => figure(service.what, costOf(results, service.export) / service.times, 'ns')),
  ];
}

async function contender(name: string, behaviors: Exports, sessions: number): Promise<Contender> {
  const manager = await SessionManager.start<AnyBehavior>({
    behavior: behaviors[name],
    scheduler: inlineScheduler(),
    maxConcurrentSessions: sessions,
    enableAutoHibernation: false,
    poolSize: sessions,
  });
  manager.handle('price', (accountId) => (accountId as number) & 7, { maxQueued: sessions });
  manager.createSessionBatch(
    Uint32Array.from({ length: sessions }, (_, rank) => FIRST_NEIGHBOUR + rank),
    { init: sessions },
  );
  return {
    name,
    async round() {
      const start = performance.now();
      for (let tick = 0; tick < TICKS_A_ROUND; tick++) {
        const { faults } = await manager.updateAllSessions(100);
        if (faults.length > 0) throw faults[0].error;
        // Handlers run between ticks.
        await setImmediate();
      }
      return ((performance.now() - start) * 1e6) / (TICKS_A_ROUND * sessions);
    },
    close: () => manager.shutdown(),
  };
}

/** Median over rounds of what one costs more than nothing in the same round. */
function costOf(rounds: Rounds, name: string): number {
  const bases = rounds.get('nothing') ?? [];
  return medianOf((rounds.get(name) ?? []).map((ns, round) => ns - bases[round]));
}
