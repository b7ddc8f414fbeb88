import type { WriteStream } from 'node:tty';
import type { OnProgress } from '../compare/reckoning.js';

const TERMINAL_EVERY_MS = 100;
const LOG_EVERY_MS = 5000;

/** Tells how far a long run is, and how long it will yet take, reckoned by how long it took so far: on a terminal in one line, elsewhere in a line now and then. */
export function timeLeft(stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'>): OnProgress {
  const beganMs = performance.now();
  const everyMs = stream.isTTY ? TERMINAL_EVERY_MS : LOG_EVERY_MS;
  let next = beganMs + everyMs;
  return (doneMs, totalMs, what) => {
    const now = performance.now();
    const isOver = doneMs >= totalMs;
    if (now < next && !isOver) return;
    next = now + everyMs;
    const leftMs = (totalMs - doneMs) * ((now - beganMs) / doneMs);
    const line = `${Math.floor((100 * doneMs) / totalMs)} %, ${clock(leftMs)} left: ${what}`;
    stream.write(stream.isTTY ? `\r\u001b[K${line.slice(0, (stream.columns ?? 80) - 1)}${isOver ? '\n' : ''}` : `${line}\n`);
  };
}

/** `3:05`. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
