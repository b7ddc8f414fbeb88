import { publish } from '../events.js';
import type { Logger } from '../logger.js';

/** Tells that the pool has grown: subscribers each time, the log once. */
export function poolNotice(logger: Logger): (capacity: number) => void {
  let isWarned = false;
  return (capacity) => {
    if (!isWarned) {
      logger.warn(`the session pool was exhausted and grew to ${capacity}; it will grow on without further warning (poolSize, poolGrowth)`);
    }
    isWarned = true;
    publish('dormouse:pool:grown', { capacity });
  };
}
