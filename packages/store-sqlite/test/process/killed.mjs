/**
 * Run as a process of its own: a manager under load that is killed again and again, each time at a moment that nobody has chosen, and started from what it left
 * behind. Everything that it had acknowledged must be there: see `killed/model.mjs`. Prints what happened as JSON; exit code 1 when anything was wrong.
 *
 *     node killed.mjs [--rounds 30] [--most-ms 1500] [--scheduler reference|tinypool|poolifier|threads] [--seed 1] [--keep]
 */
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chance } from './killed/chance.mjs';
import { Model } from './killed/model.mjs';

const CHILD = fileURLToPath(new URL('./killed/child.mjs', import.meta.url));
/** A start, or a checkpoint, that takes longer will not end. */
const HANG_MS = 60_000;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    'most-ms': { type: 'string', default: '1500' },
    scheduler: { type: 'string', default: 'reference' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const [rounds, mostMs, seed] = [values.rounds, values['most-ms'], values.seed].map(Number);
const below = chance(seed);
const folder = mkdtempSync(join(tmpdir(), 'dormouse-killed-'));
const file = join(folder, 'sessions.db');
const model = new Model();
const done = { rounds: 0, kills: 0 };
try {
  for (let round = 0; round <= rounds && model.notes.length === 0; round++) {
    const acknowledged = join(folder, `round-${round}.jsonl`);
    const isLast = round === rounds;
    // Each third round ends when all that there is has been acknowledged; the last only looks.
    await liveAndDie(round, acknowledged, !isLast && round % 3 === 2, isLast ? 0 : below(mostMs));
    const lines = linesOf(acknowledged);
    const end = lines.findIndex(({ what }) => what === 'all back');
    if (end < 0) throw new Error(`process ${round} has not told what is back: ${JSON.stringify(lines.slice(0, 3))}`);
    model.compare(lines.slice(0, end + 1));
    for (const line of lines.slice(end + 1)) model.hear(line);
    done.rounds = round;
  }
} finally {
  if (!values.keep) rmSync(folder, { recursive: true });
}
const problems = ['lost', 'corrupt', 'never', 'older', 'errors'].reduce((sum, name) => sum + model.counts[name], 0);
process.stdout.write(`${JSON.stringify({ ...values, ...done, ...model.counts, problems, notes: model.notes })}\n`);
process.exitCode = problems === 0 ? 0 : 1;

async function liveAndDie(round, acknowledged, isStill, lifeMs) {
  const args = [file, acknowledged, String(seed * 1000 + round), values.scheduler, ...(isStill ? ['still'] : [])];
  const child = fork(CHILD, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  try {
    const ready = new Promise((resolve) => child.once('message', resolve));
    const first = await Promise.race([ready, ended, passed(HANG_MS, 'it hangs', { ref: false })]);
    if (first !== 'ready') throw new Error(`process ${round} did not start: ${JSON.stringify(first)}`);
    if (isStill) await until(() => linesOf(acknowledged).some(({ what }) => what === 'still'), round);
    else await passed(lifeMs);
  } finally {
    child.kill('SIGKILL');
  }
  done.kills++;
  const { signal, code } = await ended;
  if (signal !== 'SIGKILL') throw new Error(`process ${round} ended by itself: exit code ${code}`);
}

async function until(isSo, round) {
  for (const endMs = performance.now() + HANG_MS; !isSo(); ) {
    if (performance.now() > endMs) throw new Error(`process ${round} has no checkpoint`);
    await passed(20);
  }
}

/** What the process has told; of a line that it was writing when it died, nothing. */
function linesOf(path) {
  const text = readFileSync(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
