import type { ComparedWorkload } from '../compare/contender.js';
import type { ArmDescription } from '../compare/result.js';

interface Explanation {
  readonly workloads: readonly ComparedWorkload[];
  /** Of the arm's name. */
  readonly arms: RegExp;
  readonly text: string;
}

const EVERY: readonly ComparedWorkload[] = ['W0', 'W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8'];

/** Why an arm can be faster, written by hand after it was looked into. The first that fits is told. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    workloads: EVERY,
    arms: /^raw-resident/,
    text: 'Dormouse’s own protocol on bare worker threads: what is left is what the pool library costs, and noise between two processes.',
  },
  {
    workloads: ['W5'],
    arms: /^native/,
    text: 'Maps, lists and strings of C++, changed in place; Dormouse’s session form keeps them as bytes, decoded and encoded in each update.',
  },
  {
    workloads: ['W5'],
    arms: /./,
    text: 'Objects are at home where they are made: a map, a list and strings are changed in place. A `data` field is bytes in shared memory, so that any thread can have the session next: each edit decodes the value and encodes it again. Columns of fixed length (`dormouse-inline-columns`) are the way out where the shape is known, and strings can be made when they are read: less than W5 asks, so they do not stand for Dormouse here. Objects that no other thread needs belong to the host.',
  },
  {
    workloads: ['W8'],
    arms: /./,
    text: 'Of sleepers nothing is visited in either. Who is put to sleep or wakes is only marked there; Dormouse stores its state elsewhere and gives its rings back, and makes both anew, a call for each session: the few ticks in which that happens are most of the figure, as p99 shows. Beside it a tick has its own cost, a report, a promise and packets that are looked up by account.',
  },
  {
    workloads: ['W2'],
    arms: /^native/,
    text: 'A packet in and a packet out for each session pass through the host, on one thread in both. The native program copies records between rings by plain loads and stores; Dormouse does what they change in the table in WebAssembly, but each copy in JavaScript, through typed arrays with their checks, and `onPacket` is a call for each packet.',
  },
  {
    workloads: ['W2'],
    arms: /^(floor|plain-objects|bitecs)/,
    text: 'Rings of typed words that one thread alone writes and reads: nothing is published to other threads, and nothing has to be made whole after a thread that ended within a record.',
  },
  {
    workloads: ['W2'],
    arms: /-(shared|sharded)|^raw-claimed/,
    text: 'Room for one packet in each direction, or one buffer for all of a thread’s packets, instead of a ring for each session. Dormouse’s rings take records of any length, count what finds no room, and stay whole when the thread that reads them ends in between.',
  },
  {
    workloads: ['W0'],
    arms: /./,
    text: 'An update that does nothing is the machinery alone. Dormouse does not even count it: count and time follow from the tick. It goes from block to block, looks who is active, calls the behaviour, and keeps what a recovery needs. A loop that was written for this does none of it.',
  },
  {
    workloads: EVERY,
    arms: /^native-soa/,
    text: 'Eight sessions at a time by AVX2, on columns. JavaScript has one at a time; Dormouse’s kernels in WebAssembly have four, in f32.',
  },
  {
    workloads: EVERY,
    arms: /^native-.*-serial/,
    text: 'Compiled ahead, without bounds checks, the sessions side by side in memory, on one thread: what C++ gains before any thread is shared out.',
  },
  {
    workloads: EVERY,
    arms: /^native/,
    text: 'Compiled ahead, without bounds checks; its threads share out ticks of some ten µs too. Dormouse’s look out for the next tick for 50 µs where the caller joins, and from 20 µs on a tick is shared with whoever does; what is shorter, or finds nobody awake and is done within 100 µs, the calling thread runs alone.',
  },
  {
    workloads: EVERY,
    arms: /^floor/,
    text: 'A bare loop over the same columns on one thread, in passes where that is faster: no session can come or go, fail, sleep or be found by its account.',
  },
  {
    workloads: EVERY,
    arms: /^raw-claimed/,
    text: 'The same columns in shared memory, a loop over them that was written for this one workload, and a dispatch that knows nothing but batches. Nothing is checked and nobody is put aside: a session that throws ends the program. A thread that ends between ticks is not missed; one that ends within a batch is waited for without end.',
  },
  {
    workloads: EVERY,
    arms: /-shared/,
    text: 'The same columns in shared memory, and a loop over them that was written for this one workload. Nothing is checked and nobody is put aside. A thread that ends takes no session with it: its task fails, or is never answered, and whether another thread comes is the library’s affair.',
  },
  {
    workloads: EVERY,
    arms: /^(plain-objects|bitecs)/,
    text: 'One thread, and a loop that the compiler sees as a whole, with a tick’s factors computed once. No second core ever helps, and the garbage collector walks what lives.',
  },
  {
    workloads: EVERY,
    arms: /-sharded/,
    text: 'A session stays in one worker, as an object that no other thread can see: nothing is shared, so nothing is paid for sharing. A worker that has more to do is waited for, and one that ends takes its sessions with it.',
  },
];

/** Why an arm beats Dormouse in a workload; undefined where nobody has looked into it yet. */
export function explanationOf(workload: ComparedWorkload, { name }: ArmDescription): string | undefined {
  return EXPLANATIONS.find(({ workloads, arms }) => workloads.includes(workload) && arms.test(name))?.text;
}
