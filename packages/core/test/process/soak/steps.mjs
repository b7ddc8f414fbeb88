/**
 * The atomic steps of the tick protocol, as the shipped code takes them: this thread's `Atomics` are wrapped, so that it can be made to die
 * before or behind any of them. The gate's words are known by their places, see memory/gate.ts.
 */
import { deaths, fuses } from './memory.mjs';

const OPERATIONS = ['load', 'store', 'add', 'sub', 'compareExchange', 'notify'];
const WORDS = ['own range', 'range of another', 'inside', 'leave', 'armed', 'epoch', 'remain', 'done', 'table'];
const CONTROL = { 0: 'armed', 16: 'epoch', 32: 'remain', 48: 'done' };
const LINE = { 1: 'inside', 2: 'leave' };
const FIRST_LINE = 64;
const LINE_WORDS = 16;

/** What a number in `deaths` stands for. */
export function nameOf(step) {
  const word = WORDS[step % WORDS.length];
  const operation = OPERATIONS[Math.floor(step / WORDS.length) % OPERATIONS.length];
  return `${step >= WORDS.length * OPERATIONS.length ? 'behind' : 'before'} ${operation} ${word}`;
}

function wordOf(words, index, gate, participant) {
  if (words.buffer !== gate) return 'table';
  if (index < FIRST_LINE) return CONTROL[index];
  const line = Math.floor((index - FIRST_LINE) / LINE_WORDS);
  return LINE[index % LINE_WORDS] ?? (line === participant ? 'own range' : 'range of another');
}

/** From here on this thread dies when its fuse has burnt down. */
export function lightFuse({ gate, participant }) {
  const step = (operation, isBehind, words, index) => {
    if (fuses[participant] === 0 || --fuses[participant] > 0) return;
    const word = WORDS.indexOf(wordOf(words, index, gate, participant));
    deaths[(isBehind * OPERATIONS.length + operation) * WORDS.length + word]++;
    process.exit(9);
  };
  OPERATIONS.forEach((name, operation) => {
    const real = Atomics[name];
    Atomics[name] = (words, index, ...values) => {
      step(operation, 0, words, index);
      const result = real(words, index, ...values);
      step(operation, 1, words, index);
      return result;
    };
  });
}
