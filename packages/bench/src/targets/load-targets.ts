import { accounting } from './accounting.js';
import { botCpu } from './bot-cpu.js';
import { coldStart } from './cold-start.js';
import { load } from './load.js';
import { memoryLine } from './memory-line.js';
import { pool } from './pool.js';
import { sessionCounts } from './session-counts.js';
import { sleep } from './sleep.js';
import type { LoadTarget } from './target.js';
import { tickLine } from './tick-line.js';

/** All of them, by number. */
export const LOAD_TARGETS: readonly LoadTarget[] = [sessionCounts, tickLine, botCpu, coldStart, pool, load, sleep, accounting, memoryLine];

export const TARGET_IDS: readonly string[] = [...new Set(LOAD_TARGETS.map(({ id }) => id))];
