import type { ComparedWorkload } from '../compare/contender.js';
import type { ArmDescription } from '../compare/result.js';

interface Explanation {
  readonly workloads: readonly ComparedWorkload[];
  /** Of the arm's name. */
  readonly arms: RegExp;
  readonly text: string;
}

const EVERY: readonly ComparedWorkload[] = ['W0', 'W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8'];
const STEPS: readonly ComparedWorkload[] = ['W1', 'W3', 'W4', 'W6', 'W7'];

/** Why an arm can be faster, written by hand after it was looked into. The first that fits is told. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    workloads: ['W5'],
    arms: /^(plain-objects|bitecs|floor|native|.+-(sharded|cloned))/,
    text: 'Objects are at home where they are made: a map, a list and strings are changed in place. A `data` field is bytes in shared memory, so that any thread can have the session next: each edit decodes the value and encodes it again. Columns of fixed length are the way out where the shape is known; objects that nobody else needs belong to the host.',
  },
  {
    workloads: ['W2', 'W8'],
    arms: /^native/,
    text: 'The host’s part is serial in both: a packet in and a packet out for each session. The native program copies records of 32 bytes between rings that lie side by side; in JavaScript each copy goes through typed arrays with their bounds checks, and `onPacket` is a call for each packet.',
  },
  {
    workloads: ['W2', 'W8'],
    arms: /^(floor|plain-objects|bitecs|raw-claimed|.+-(shared|sharded|shared-claimed))/,
    text: 'No ring of bytes, or one without its guarantees: a packet is an object or a fixed slot that the host and the one thread that owns the session hand over. Dormouse’s rings take records of any length, count what finds no room, and stay whole when the thread that reads them is ended in between.',
  },
  {
    workloads: ['W0'],
    arms: /./,
    text: 'An update that does nothing is the machinery alone: Dormouse visits each session through its block, notes the tick it was updated in, watches for updates that do not return and keeps what a recovery needs. A bare loop does none of it.',
  },
  {
    workloads: EVERY,
    arms: /^native-soa/,
    text: 'Eight sessions at a time by AVX2, on columns. Without a kernel JavaScript has one at a time; a WebAssembly kernel has four, in f32 alone.',
  },
  {
    workloads: EVERY,
    arms: /^native/,
    text: 'Compiled ahead, without bounds checks, and threads that wait by spinning for a moment: a tick of some ten µs is shared out where Dormouse, which does not spin, runs it alone.',
  },
  {
    workloads: EVERY,
    arms: /^floor/,
    text: 'The floor is a bare loop over the same columns on one thread: no session can come or go, fail, sleep or be found by its account.',
  },
  {
    workloads: STEPS,
    arms: /^(raw-|.+-shared)/,
    text: 'The same columns in shared memory, and a loop over them that was written for this one workload: nothing is checked, nobody is put aside, and a thread that ends takes the program’s state with it.',
  },
  {
    workloads: EVERY,
    arms: /^(raw-|.+-shared)/,
    text: 'Columns in shared memory and a loop of its own, without a session’s life: see *what they do not do alike*.',
  },
  {
    workloads: EVERY,
    arms: /^(plain-objects|bitecs)/,
    text: 'One thread, and a loop that the compiler sees as a whole. What a session costs there grows with the heap that the garbage collector walks, and no second core ever helps.',
  },
  {
    workloads: EVERY,
    arms: /-sharded/,
    text: 'A session stays in one worker, as an object that no other thread can see: nothing is shared, so nothing is paid for sharing. A shard that has more to do is waited for.',
  },
];

/** Why an arm beats Dormouse in a workload; undefined where nobody has looked into it yet. */
export function explanationOf(workload: ComparedWorkload, { name }: ArmDescription): string | undefined {
  return EXPLANATIONS.find(({ workloads, arms }) => workloads.includes(workload) && arms.test(name))?.text;
}
