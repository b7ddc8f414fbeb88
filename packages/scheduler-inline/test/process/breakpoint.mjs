/** Ticks three sessions twice under a debugger, whose breakpoint is in the behaviour's update, and prints where that stopped. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { SessionManager } from '@dormouse/core';
import { inlineScheduler } from '../../dist/index.js';
import walker from './walker.mjs';

const [condition = ''] = process.argv.slice(2);
const source = readFileSync(fileURLToPath(walker.url), 'utf8').split('\n');
const line = source.findIndex((text) => text.includes('steps +=')) + 1;
const worker = new Worker(new URL('./debugger.mjs', import.meta.url), { workerData: { url: walker.url, line, condition } });
await once(worker, 'message');
const stops = [];
worker.on('message', (stop) => stops.push({ ...stop, line: stop.line - line }));

const manager = await SessionManager.start({ behavior: walker, scheduler: inlineScheduler(), logger: false });
const handles = manager.createSessionBatch([1, 2, 3]);
for (let tick = 0; tick < 2; tick++) await manager.updateAllSessions(50);
const steps = handles.map(({ state }) => state.steps);
await manager.shutdown();
await worker.terminate();
process.stdout.write(JSON.stringify({ stops, steps }));
