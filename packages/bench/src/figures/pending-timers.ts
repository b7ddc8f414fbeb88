import { type AnyBehavior, SessionManager } from '@dormouse/core';
import { inlineScheduler } from '@dormouse/scheduler-inline';
import { FIRST_NEIGHBOUR, TIMERS } from '../behaviors/neighbours.js';
import { type Figure, figure } from './figure.js';
import { type Contender, interleave, medianNs, medianRatio } from './interleaved.js';

const PENDING = 1_000_000;
const SESSIONS = PENDING / TIMERS;
const WARM_UP_ROUNDS = 10;

/** A million timers pending, none of them due: what they hold, and what a tick costs whose sessions each ask once whether one is. */
export async function pendingTimers(rounds: number): Promise<Figure[]> {
  const behaviors = (await import(new URL('./behaviors/services.js', import.meta.url).href)) as Record<string, AnyBehavior>;
  const without = await open('nothing', behaviors);
  const before = process.memoryUsage.rss();
  const holding = await open('timers', behaviors);
  const grown = process.memoryUsage.rss() - before;
  const accounted = holding.bytes();
  const timersAlone = accounted - without.bytes();
  const results = await interleave([without, holding], rounds, WARM_UP_ROUNDS);
  const name = `${PENDING} timers pending in ${SESSIONS} sessions`;
  return [
    figure(`${name}: bytes a timer`, timersAlone / PENDING, 'B'),
    figure(`${name}: all that the sessions hold`, accounted / 1_048_576, 'MiB'),
    figure(`${name}: the same as the resident set grew`, grown / 1_048_576, 'MiB'),
    figure(`${name}: takeDue() in each update, whole tick`, (medianNs(results, 'timers') * SESSIONS) / 1e6, 'ms'),
    figure(`${name}: the same sessions without timers`, (medianNs(results, 'nothing') * SESSIONS) / 1e6, 'ms'),
    figure(`${name}: with against without`, medianRatio(results, 'timers', 'nothing'), '×'),
  ];
}

async function open(name: string, behaviors: Record<string, AnyBehavior>): Promise<Contender & { bytes(): number }> {
  const manager = await SessionManager.start<AnyBehavior>({
    behavior: behaviors[name],
    scheduler: inlineScheduler(),
    maxConcurrentSessions: SESSIONS,
    enableAutoHibernation: false,
    poolSize: SESSIONS,
  });
  manager.createSessionBatch(
    Uint32Array.from({ length: SESSIONS }, (_, rank) => FIRST_NEIGHBOUR + rank),
    { init: SESSIONS },
  );
  return {
    name,
    bytes: () => manager.getTotalMemoryUsage(),
    async round() {
      const { tickUs, faults } = await manager.updateAllSessions(100);
      if (faults.length > 0) throw faults[0].error;
      return (tickUs * 1000) / SESSIONS;
    },
    close: () => manager.shutdown(),
  };
}
