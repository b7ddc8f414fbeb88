import { InvalidArgumentError, Option } from 'commander';
import { SYNCHRONOUS } from '../durable/store-place.js';
import { CALLERS, DISPATCHES, PARALLEL } from '../harness/scheduler-choice.js';
import { STATE_KINDS } from '../hibernation/sleepy-fleet.js';
import { ARITHS, FORMS, KERNEL_WORKLOADS, listed, WORKLOADS } from '../workloads.js';

/** Parses an integer in `least…most`; what is none is refused with the range. */
export function integerIn(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be an integer ${least}…${most}.`);
    }
    return value;
  };
}

export const MOST_SESSIONS = 1_048_576;
export const MOST_TICKS = 10_000_000;

export const workloadOption = () =>
  new Option(
    '--workload <name>',
    'what an update does, from W0: nothing, a step, packets and a step, skew, 200 steps, objects, random skew, a hotspot that moves, sleep',
  )
    .choices(WORKLOADS)
    .default('W1');
export const arithOption = () =>
  new Option('--arith <form>', 'round every operation to f32, or compute in f64').choices(ARITHS).default('f64');
export const formOption = () =>
  new Option(
    '--form <form>',
    `update one session a call, a batch over columns, or a batch in WebAssembly (${listed(KERNEL_WORKLOADS)}, f32)`,
  )
    .choices([...FORMS, 'kernel'])
    .default('session');
export const sessionsOption = (count: number) =>
  new Option('--sessions <count>', `sessions, 1…${MOST_SESSIONS}`).argParser(integerIn(1, MOST_SESSIONS)).default(count);
export const ticksOption = (count: number) =>
  new Option('--ticks <count>', `ticks, 1…${MOST_TICKS}; the first tenth is not timed`).argParser(integerIn(1, MOST_TICKS)).default(count);
export const jsonOption = () => new Option('--json', 'print one JSON object instead of a table').default(false);

export const schedulerOption = (name: string, also = '') =>
  new Option('--scheduler <name>', `${also}inline, ${PARALLEL.join(', ')}, a package or a path`).default(name);
export const workersOption = () =>
  new Option('--workers <count>', 'participants that are not the caller, 0…255; 0: the scheduler decides')
    .argParser(integerIn(0, 255))
    .default(0);
export const callerOption = () =>
  new Option('--caller <part>', 'whether the calling thread runs batches too, where there are workers').choices(CALLERS).default('idle');
export const dispatchOption = () =>
  new Option('--dispatch <form>', 'threads that take part until they are told to stop, or one task a worker a tick')
    .choices(DISPATCHES)
    .default('resident');
export const roundsOption = (count: number) =>
  new Option('--rounds <count>', 'interleaved rounds a median is taken of, 1…1000').argParser(integerIn(1, 1000)).default(count);
export const schedulersOption = () =>
  new Option('--schedulers <names>', 'separated by commas: built in, packages or paths')
    .argParser((text: string) => {
      const names = text.split(',').flatMap((name) => name.trim() || []);
      if (names.length === 0) throw new InvalidArgumentError(`It must name at least one: ${PARALLEL.join(', ')}, a package or a path.`);
      return [...new Set(names)];
    })
    .default(PARALLEL, PARALLEL.join(','));
export const stateBytesOption = () =>
  new Option('--state-bytes <count>', 'bytes of a state, 16…8192; that of W2 has 32').argParser(integerIn(16, 8192)).default(280);
export const stateOption = () =>
  new Option('--state <kind>', 'what it is made of: as bots’ are, a third of it zeros, or noise').choices(STATE_KINDS).default('typical');
export const synchronousOption = () =>
  new Option('--synchronous <how>', 'with sqlite: stored is what the disk has, or the operating system')
    .choices(SYNCHRONOUS)
    .default('full');
export const folderOption = () =>
  new Option('--folder <path>', 'where the file is made, in a folder of its own that is removed; default: the system’s for such files');
