import { type LoadTarget, sizesUpTo } from './target.js';

const MOST_PERCENT = 10;

export const accounting: LoadTarget = {
  id: 'R-27',
  name: 'accounting',
  text: 'MUST track total memory usage … size_t GetTotalMemoryUsage() const; … float GetMemoryUsagePercent() const;',
  source: 'class comment of BotSessionMgr, 4. PERFORMANCE MONITORING REQUIREMENTS; class declaration',
  reading:
    'By how much `getTotalMemoryUsage()` has grown from no sessions to all awake, their rings in use, is within 10 % of how much the resident set of the process has: ' +
    'of the same processes as R-24.',
  kind: 'memory',
  processes: 1,
  seconds: 1,
  async measure(arm, { mostSessions, footprints }) {
    const rows = [];
    for (const sessions of sizesUpTo(mostSessions, [5000, 50_000])) {
      const { rssEmptyBytes, rssActiveBytes, accountedBytes } = await footprints.asleep(arm, sessions, 'small');
      const residentBytes = (rssActiveBytes ?? Number.NaN) - rssEmptyBytes;
      const saidBytes = (accountedBytes.active ?? Number.NaN) - accountedBytes.empty;
      rows.push({
        what: 'off the growth of the resident set',
        sessions,
        bound: '≤' as const,
        limit: MOST_PERCENT,
        value: Math.abs(saidBytes / residentBytes - 1) * 100,
        unit: '%',
        binding: true,
        also: [
          { name: 'accounted', value: saidBytes / 2 ** 20, unit: 'MiB' },
          { name: 'resident', value: residentBytes / 2 ** 20, unit: 'MiB' },
        ],
      });
    }
    return rows;
  },
};
