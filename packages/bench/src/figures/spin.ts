import { measureSpin } from '../spin/measure.js';
import { type Figure, figure } from './figure.js';

const UPDATE_TIMEOUT_MS = 1000;
const MOST_DELAY_MS = 20;

/** A session of 1000 that never returns, the caller idle: what that does to the host and to the others. */
export async function spinHarm(schedulers: readonly string[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const scheduler of schedulers) {
    const report = await measureSpin({ choice: { scheduler, workers: 2, caller: 'idle' }, updateTimeoutMs: UPDATE_TIMEOUT_MS });
    const { eventLoopDelayMs, missedTicks, mostMissed, wrongUpdates, named, spinning } = report;
    const name = `a session spins, ${scheduler}`;
    figures.push(
      figure(`${name}: event loop of the host kept`, eventLoopDelayMs, 'ms', MOST_DELAY_MS),
      figure(`${name}: ticks that the others miss`, missedTicks, '', mostMissed),
      figure(`${name}: updates of the others that are wrong`, wrongUpdates, '', 0),
      figure(`${name}: reported under another account, or not`, named === spinning ? 0 : 1, '', 0),
    );
  }
  return figures;
}
