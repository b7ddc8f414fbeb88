import { RESIDENT_SET } from './footprints.js';
import { type LoadTarget, type Measured, sizesUpTo } from './target.js';

const MOST_PERCENT = 10;
/** Of a division, whose rounding is all that may differ. */
const MOST_ROUNDING_PERCENT = 0.001;

export const accounting: LoadTarget = {
  id: 'R-27',
  name: 'accounting',
  text: 'MUST track total memory usage … size_t GetTotalMemoryUsage() const; … float GetMemoryUsagePercent() const;',
  source: 'class comment of BotSessionMgr, 4. PERFORMANCE MONITORING REQUIREMENTS; class declaration',
  reading:
    'By how much `getTotalMemoryUsage()` has grown from no sessions to all awake, their rings in use, is within 10 % of how much the resident set of the process has: ' +
    'of the same processes as R-24. `getMemoryUsagePercent()` is what it says of the limit that was set. ' +
    RESIDENT_SET,
  kind: 'memory',
  processes: 1,
  seconds: 1,
  async measure(arm, { mostSessions, footprints }) {
    const rows: Measured[] = [];
    for (const sessions of sizesUpTo(mostSessions, [5000, 50_000])) {
      const report = await footprints.asleep(arm, sessions, 'small');
      const { rssEmptyBytes, rssActiveBytes, accountedBytes, activePercent, memoryLimitBytes } = report;
      const residentBytes = (rssActiveBytes ?? Number.NaN) - rssEmptyBytes;
      const saidBytes = (accountedBytes.active ?? Number.NaN) - accountedBytes.empty;
      rows.push({
        what: 'off the growth of the resident set',
        sessions,
        bound: '≤',
        limit: MOST_PERCENT,
        value: Math.abs(saidBytes / residentBytes - 1) * 100,
        unit: '%',
        binding: true,
        also: [
          { name: 'accounted', value: saidBytes / 2 ** 20, unit: 'MiB' },
          { name: 'resident', value: residentBytes / 2 ** 20, unit: 'MiB' },
        ],
      });
      const percent = ((accountedBytes.active ?? Number.NaN) / memoryLimitBytes) * 100;
      rows.push({
        what: 'the percentage, off what it says it holds of the limit',
        sessions,
        bound: '≤',
        limit: MOST_ROUNDING_PERCENT,
        value: Math.abs((activePercent ?? Number.NaN) / percent - 1) * 100,
        unit: '%',
        binding: true,
        also: [{ name: 'of a limit of 1 TiB', value: activePercent, unit: '%' }],
      });
    }
    return rows;
  },
};
